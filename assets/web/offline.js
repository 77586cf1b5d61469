// Asks until the gateway answers, and then goes back to the page that was wanted.
const EVERY_MS = 2000;

async function ask() {
  try {
    if ((await fetch("/healthz", { cache: "no-store" })).ok) return location.reload();
  } catch {
    // Still away.
  }
  setTimeout(ask, EVERY_MS);
}

// Opened by its own address, there is nothing to go back to.
if (location.pathname !== "/offline") {
  document.getElementById("again").href = location.href;
  ask();
}

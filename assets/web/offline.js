// Asks until the gateway answers, and then goes back to the page that was wanted.
const EVERY_MS = 2000;

async function ask() {
  try {
    // Anew by its address: what was posted is not posted again.
    if ((await fetch("/healthz", { cache: "no-store" })).ok) return location.replace(location.href);
  } catch {
    // Still away.
  }
  setTimeout(ask, EVERY_MS);
}

// Opened by its own address, there is nothing to go back to.
if (location.pathname !== "/offline") {
  ask();
  const again = document.getElementById("again");
  if (again) again.href = location.href;
}

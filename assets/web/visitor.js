// Only comfort: the form works without.
const form = document.querySelector("form");
form?.addEventListener("submit", () => {
  const send = form.querySelector("button[type=submit]");
  // After the browser has taken the form; twice is one submission anyway.
  setTimeout(() => (send.disabled = true), 0);
  addEventListener("pageshow", () => (send.disabled = false), { once: true });
});
// A choice that was tapped by mistake can be taken back by a second tap.
let was = null;
form?.addEventListener("pointerdown", (event) => {
  const radio = event.target.closest(".tick")?.querySelector("input[type=radio]");
  was = radio?.checked ? radio : null;
});
form?.addEventListener("click", (event) => {
  if (event.target.type === "radio" && event.target === was) {
    event.target.checked = false;
    was = null;
  }
});

// A number in a list of appointments, shown in full for a minute. The gateway puts it on record before it answers.
import { send } from "./api.js";
import { by, el, say } from "./dom.js";

const SHOWN_MS = 60000;

/** A write about the appointment of a row; null where it did not come about, which the page says. */
export async function tell(method, row, what) {
  say(by("fault"), "");
  try {
    return await send(method, `/api/v1/appointments/${row.dataset.appointment}${what}`);
  } catch (problem) {
    say(by("fault"), problem.text);
    return null;
  }
}

async function reveal(row, pressed) {
  const contact = await tell("POST", row, "/reveal");
  if (!contact?.phone) return;
  const number = row.querySelector(".number");
  const masked = number.textContent;
  number.replaceChildren(el("a", { href: `tel:${contact.phone}` }, contact.phone));
  pressed.hidden = true;
  setTimeout(() => {
    number.textContent = masked;
    pressed.hidden = false;
  }, SHOWN_MS);
}

document.addEventListener("click", ({ target }) => {
  const pressed = target.closest('[data-do="reveal"]');
  if (pressed) reveal(pressed.closest("[data-appointment]"), pressed);
});

// A consultant says that a customer is theirs, or takes it back. A manager rules.
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { by, say } from "./dom.js";
import { w } from "./words.js";

const dialog = by("claim");

function claim(line) {
  const form = dialog.querySelector("form");
  form.reset();
  by("claim-what").textContent = line.querySelector(".line").textContent.trim();
  ask(dialog, by("claim-fault"), w.claim_bad, () => {
    const reason = form.elements.reason.value.trim();
    return reason && ["POST", "/api/v1/disputes", { visit: line.dataset.visit, reason }];
  });
}

async function withdraw(dispute) {
  say(by("fault"), "");
  try {
    await send("DELETE", `/api/v1/disputes/${dispute}`);
    location.reload();
  } catch (problem) {
    say(by("fault"), problem.text);
  }
}

document.addEventListener("click", ({ target }) => {
  const claimed = target.closest("[data-claim]");
  if (claimed) claim(claimed.closest("[data-visit]"));
  const withdrawn = target.closest("[data-withdraw]");
  if (withdrawn) withdraw(withdrawn.dataset.withdraw);
});

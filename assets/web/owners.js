// A manager rules whose customer somebody is, and may take it back for a while.
import { send } from "./api.js";
import { by, say } from "./dom.js";
import { w } from "./words.js";

const form = by("rule");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { whose, reason } = form.elements;
  const [verdict, owner] = whose.value.split(" ");
  const { lead, seen, dispute } = form.dataset;
  const body = { verdict, owner, reason: reason.value.trim(), seen, dispute: dispute || undefined };
  say(by("rule-fault"), "");
  if (!verdict || !body.reason) return say(by("rule-fault"), w.rule_bad);
  try {
    await send("PUT", `/api/v1/leads/${lead}/owner`, body);
    // At the top it says what holds now, and offers the way back.
    scrollTo(0, 0);
    location.reload();
  } catch (problem) {
    say(by("rule-fault"), problem.code === "bad_body" ? w.rule_bad : problem.text);
  }
});

by("undo")?.addEventListener("click", async ({ target }) => {
  say(by("fault"), "");
  try {
    await send("POST", `/api/v1/leads/${target.dataset.lead}/owner/undo`);
    location.reload();
  } catch (problem) {
    say(by("fault"), problem.text);
  }
});

// "Would I be rung?" The light says it, and a trial proves it: there over the stream and back as "shown", like an alert.
import { send } from "./api.js";
import { by, el } from "./dom.js";
import { choose, toast } from "./sheet.js";
import { chime } from "./sound.js";
import { w } from "./words.js";

// Far more than it takes, and soon enough for whoever waits with the phone in the hand.
const PATIENCE_MS = 5000;
let lost = null;

export function showTrial() {
  by("light").addEventListener("click", async () => {
    const now = by("light").dataset.state;
    const hint = el("p", { class: "hint" }, w[`light_${now}_hint`]);
    if (await choose(w[`light_${now}`], [["ring", w.trial_ring]], [hint])) await ring();
  });
}

async function ring() {
  clearTimeout(lost);
  lost = setTimeout(() => toast(w.trial_lost), PATIENCE_MS);
  try {
    await send("POST", "/api/v1/me/channels/try");
  } catch (problem) {
    clearTimeout(lost);
    toast(problem.text ?? w.trial_lost);
  }
}

/** The trial has come over the stream: rings as an alert does, and says so once it is painted. */
export function takeTrial({ trial }) {
  chime();
  requestAnimationFrame(() =>
    requestAnimationFrame(async () => {
      try {
        await send("POST", `/api/v1/me/channels/try/${trial}/shown`);
      } catch (problem) {
        // Another page of the same person was quicker: it came all the same.
        if (problem.code !== "not_found") return;
      }
      if (lost === null) return;
      clearTimeout(lost);
      lost = null;
      toast(w.trial_came);
    }),
  );
}

// One's own presence, and the light that says whether one would be rung.
import { send } from "./api.js";
import { by } from "./dom.js";
import { act } from "./sheet.js";
import { come, isOffShift } from "./shift.js";
import { isUnlocked } from "./sound.js";
import { changed, myself, onChange, state } from "./state.js";
import { named, w } from "./words.js";

const CALLED = ["free"];

export function showPresence() {
  by("presence").addEventListener("click", (event) => {
    const presence = event.target.closest("[data-presence]")?.dataset.presence;
    if (!presence) return;
    const before = myself();
    // Off shift nobody is asked: whoever says "free" comes for an extra one.
    if (CALLED.includes(presence) && isOffShift(before)) return come();
    const show = (member) => {
      if (member) state.staff.set(state.me, member);
      changed();
    };
    show(before && { ...before, presence });
    act(
      () =>
        send("PUT", "/api/v1/me/presence", { presence }).catch((problem) => {
          show(before);
          throw problem;
        }),
      `${w.presence_set} ${named("presence", presence)}`,
      () => send("POST", "/api/v1/me/presence/undo"),
    );
  });
  onChange(() => {
    const presence = myself()?.presence;
    for (const one of by("presence").querySelectorAll("button")) {
      one.setAttribute("aria-pressed", String(one.dataset.presence === presence));
    }
    light(presence, isOffShift(myself()), myself()?.reachable);
    turns(myself()?.turns);
  });
}

function light(presence, offShift, reachable) {
  const lamp = by("light");
  let now = "green";
  // The gateway's word counts as well: it rings nobody from whom it has not heard.
  if (!state.connected || reachable === false) now = "red";
  else if (offShift) now = "shift";
  else if (!CALLED.includes(presence)) now = "off";
  else if (!isUnlocked()) now = "amber";
  if (lamp.dataset.state === now) return;
  lamp.dataset.state = now;
  lamp.querySelector(".text").textContent = w[`light_${now}`];
}

function turns(counted) {
  if (!counted) return;
  const parts = ["taken", "passed", "missed", "forced"].map((name) => `${named("turns", name)} ${counted[name]}`);
  by("turns").textContent = `${w.turns_today} ${parts.join(" · ")}`;
}

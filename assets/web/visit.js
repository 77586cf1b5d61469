// What can be done to a visit. Whoever does it sees it at once: the floor says the same a moment later.
import { send } from "./api.js";
import { listed } from "./dom.js";
import { act, choose } from "./sheet.js";
import { changed, gatewayNow, state } from "./state.js";
import { named, w } from "./words.js";

// Longer than the floor takes; after it the floor alone is right.
const AHEAD_MS = 5000;
const ahead = new Map();

/** A visit of the floor with what was done to it here a moment ago. */
export const withOwn = (visit) => ({ ...visit, ...ahead.get(visit.id) });

function note(id, change) {
  const known = { ...ahead.get(id), ...change };
  ahead.set(id, known);
  setTimeout(() => {
    if (ahead.get(id) !== known) return;
    ahead.delete(id);
    changed();
  }, AHEAD_MS);
  changed();
}

/** Writes it to the gateway. `change` is what the visit looks like afterwards, `back` what it looks like when that was taken back. */
export function tell(id, verb, body, done, change, back) {
  const post = (to, content, then) => async () => {
    await send("POST", `/api/v1/visits/${id}/${to}`, content);
    note(id, then);
  };
  return act(post(verb, body, change), done, back && post("undo", undefined, back));
}

export const greet = (id) =>
  tell(id, "greeted", undefined, w.greeted_done, { greeted_at: new Date(gatewayNow()).toISOString() }, { greeted_at: null });

export const receive = (id) => tell(id, "received", undefined, w.received_done, { received_by: state.me });

export const assign = (id, staff, name) => tell(id, "assign", { staff }, `${w.assigned} ${name}`, {});

/** Asks how it ended; under `title`, if the question is another one. */
export async function end(id, title = w.outcome) {
  const outcome = await choose(title, listed("choices-outcome"));
  if (outcome) tell(id, "end", { outcome }, `${w.ended} · ${named("outcome", outcome)}`, { outcome }, { outcome: null });
}

// What colleagues do together: hand a visitor over, come along, leave a note for each other.
import { button, el } from "./dom.js";
import { choose, write } from "./sheet.js";
import { isOffShift } from "./shift.js";
import { nameOf, state } from "./state.js";
import { tell } from "./visit.js";
import { named, w } from "./words.js";

const SERVING = ["consultant", "advisor", "care", "reception", "manager"];

/** Asks for one of the colleagues, whoever is free and reachable first; gives the id, or null. */
export function colleague(title, except = [], first = []) {
  const there = (member) => SERVING.includes(member.role) && member.presence !== "off" && !isOffShift(member) && !except.includes(member.id);
  const ready = (member) => (member.presence === "free" ? 1 : 0) + (member.presence === "free" && member.reachable ? 1 : 0);
  const word = (member) => `${member.name} · ${named("presence", member.presence)}${member.reachable ? "" : ` · ${w.unreachable}`}`;
  const people = [...state.staff.values()].filter(there).sort((a, b) => ready(b) - ready(a));
  return choose(title, [...first, ...people.map((member) => [member.id, word(member)])]);
}

const servers = (visit) => [visit.consultant, ...(visit.seconds ?? [])].filter(Boolean);

export async function handOver(visit) {
  const to = await colleague(w.hand_over_who, [visit.consultant]);
  if (to) tell(visit.id, "hand-over", { to }, `${w.assigned} ${nameOf(to)}`, { handing_to: to });
}

export async function callSecond(visit) {
  const to = await colleague(w.second_who, servers(visit), [["next", w.second_anybody]]);
  if (!to) return;
  const anybody = to === "next";
  tell(visit.id, "second", anybody ? {} : { to }, `${w.assigned} ${anybody ? w.second_anybody : nameOf(to)}`, {});
}

export const recall = (visit) => tell(visit.id, "recall", undefined, w.recalled, { handing_to: null, asking: [] });

export const stepBack = (visit) => tell(visit.id, "step-back", undefined, w.stepped_back, { seconds: (visit.seconds ?? []).filter((id) => id !== state.me) });

export async function note(visit) {
  const text = await write(w.note, w.note_hint, visit.note ?? "");
  if (text !== null && text !== (visit.note ?? "")) tell(visit.id, "note", { text }, w.note_saved, { note: text });
}

/** Who comes along, who is asked and has not answered: lines for a visit that somebody serves. */
export function together(visit) {
  const asked = (visit.asking ?? []).filter((id) => id !== visit.handing_to);
  const line = (words) => el("p", { class: "quiet" }, words);
  const beside = (visit.seconds ?? []).filter((id) => id !== state.me).map(nameOf);
  return [
    beside.length > 0 && line(`${w.with_seconds} ${beside.join(" · ")}`),
    visit.handing_to && line(`${nameOf(visit.handing_to)} · ${w.handing_to}`),
    asked.length > 0 && line(`${asked.map(nameOf).join(" · ")} · ${w.second_asked}`),
    (visit.handing_to || asked.length > 0) && button(w.recall, "second", () => recall(visit)),
  ];
}

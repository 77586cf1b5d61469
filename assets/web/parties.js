// What reception sets right: a party that checked in twice, one that is two, and what was told wrongly.
import { send } from "./api.js";
import { listed } from "./dom.js";
import { callSecond, handOver, note } from "./hands.js";
import { act, choose, toast } from "./sheet.js";
import { gatewayNow, nameOf, state } from "./state.js";
import { tell } from "./visit.js";
import { named, w } from "./words.js";

/** Everything beyond the buttons of a visit's card. */
export async function more(visit) {
  const served = [["hand_over", w.hand_over, handOver], ["second", w.call_second, callSecond]];
  const choices = [["join", w.join, join], ["split", w.split, split], ["correct", w.correct, correct], ["note", w.note, note]];
  if (visit.consultant) choices.unshift(...served);
  const picked = await choose(w.more, choices);
  choices.find(([value]) => value === picked)?.[2](visit);
}

const people = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => [String(from + at), `${from + at} ${w.people}`]);

function inShort(visit) {
  const minutes = Math.max(0, Math.floor((gatewayNow() - Date.parse(visit.received_at)) / 60000));
  const words = [named("purpose", visit.purpose), visit.party && `${visit.party} ${w.people}`, visit.consultant && nameOf(visit.consultant), minutes > 0 && `${minutes} min`];
  return words.filter(Boolean).join(" · ");
}

async function join(visit) {
  const others = [...state.visits.values()].filter((other) => other.id !== visit.id && !other.outcome);
  if (!others.length) {
    toast(w.join_none);
    return;
  }
  const other = await choose(w.join_with, others.map((one) => [one.id, inShort(one)]));
  if (!other) return;
  // The gateway knows which of the two goes on; the floor has said so by the time that somebody takes it back.
  const gone = () => [visit.id, other].find((id) => state.visits.get(id)?.outcome === "joined") ?? other;
  const back = () => send("POST", `/api/v1/visits/${gone()}/undo`);
  act(() => send("POST", `/api/v1/visits/${visit.id}/join`, { other }), w.joined_done, back);
}

async function split(visit) {
  const choices = people(1, visit.party ? Math.min(visit.party - 1, 12) : 4);
  if (!choices.length) {
    toast(w.problem_no_party);
    return;
  }
  const party = await choose(w.split_how_many, choices);
  if (party) act(() => send("POST", `/api/v1/visits/${visit.id}/split`, { party: Number(party) }), w.split_done);
}

async function correct(visit) {
  const what = await choose(w.correct_what, ["purpose", "language", "party"].map((name) => [name, named("correct", name)]));
  if (!what) return;
  const values = {
    purpose: listed("choices-purpose"),
    language: ["zh", "en"].map((language) => [language, named("language", language)]),
    party: people(1, 12),
  };
  const value = await choose(named("correct", what), values[what]);
  if (!value) return;
  const correction = { [what]: what === "party" ? Number(value) : value };
  tell(visit.id, "correct", correction, w.corrected, correction);
}

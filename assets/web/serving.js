// The visits that this person has accepted or came along to: words, greeted, end. Or, with none, what to expect.
import { isTold, scored, tags } from "./alert.js";
import { send } from "./api.js";
import { by, button, el, keyed } from "./dom.js";
import { callSecond, handOver, note, stepBack, together } from "./hands.js";
import { icebreakers } from "./icebreakers.js";
import { act } from "./sheet.js";
import { isOffShift } from "./shift.js";
import { changed, myself, nameOf, onChange, state } from "./state.js";
import { end, greet, withOwn } from "./visit.js";
import { named, w } from "./words.js";

// So long a number stays on the screen in full.
const SHOWN_MS = 60000;
// Contacts that were asked for, by lead.
const shown = new Map();

/** Visits for which the gateway reminded. */
export const hurry = new Set();

export function showServing() {
  onChange(() => {
    for (const visit of state.mine) state.accepted.delete(visit.id);
    const serves = ({ consultant, seconds = [] }) => consultant === state.me || seconds.includes(state.me);
    const mine = state.mine.map(withOwn).filter((visit) => !visit.outcome && serves(visit));
    const here = [...mine.map(known), ...[...state.accepted.values()].map(fresh)];
    document.body.dataset.serves = String(here.length > 0);
    // What one visit asks for lies under the thumb, and stays there whatever more becomes known of it.
    const alone = here.length === 1 && !state.oversees;
    keyed(by("acts"), alone ? here.map(asked) : [], ({ id }) => id, (visit) => el("div", { class: "buttons" }, ...buttons(visit)));
    const cards = here.map((visit) => ({ ...visit, inside: !alone }));
    const items = here.length || state.oversees ? cards : [{ id: "none", presence: myself()?.presence, off: isOffShift(myself()), waiting: state.waiting, place: state.place, lost: !state.connected && state.staff.size > 0 }];
    keyed(by("serving"), items, (item) => item.id, (item) => (item.id === "none" ? quiet(item) : card(item)));
  });
}

/** What an alert tells of a visitor beyond what the floor says of every visit. */
function told(details) {
  const { name, words, when, budget, phone, lead, own_customer, appointment, last_visit, score } = details;
  return { name, words, when, budget, phone, lead, own_customer, appointment, last_visit, score, full: shown.get(lead)?.phone };
}

function known(visit) {
  return { ...visit, ...told(state.details.get(visit.id) ?? {}), greeted: Boolean(visit.greeted_at), hurry: hurry.has(visit.id) && !visit.greeted_at };
}

/** Accepted a moment ago: the floor does not say so yet. */
function fresh(alert) {
  const { visit, purpose, party, language, models, why } = alert;
  const consultant = why === "second_person" ? null : state.me;
  return { id: visit, consultant, purpose, party, language, models, greeted: false, hurry: false, ...told(alert) };
}

/** Of a visit what its buttons depend on: they are not drawn anew for anything else. */
const asked = ({ id, consultant, greeted, seconds = [] }) => ({ id, consultant, greeted, seconds });

function buttons(visit) {
  const own = visit.consultant === state.me;
  const leave = own ? button(w.end_visit, visit.greeted ? "primary" : "second", () => end(visit.id)) : button(w.step_back, "second", () => stepBack(visit));
  return visit.greeted ? [leave] : [button(w.greeted, "go", () => greet(visit.id)), leave];
}

/** Whatever may become known later stands below what is pressed. */
function card(visit) {
  const own = visit.consultant === state.me;
  const now = own ? (visit.greeted ? w.now_serving : w.now_coming) : [w.beside, visit.consultant && nameOf(visit.consultant)].filter(Boolean).join(" ");
  return el(
    "article",
    { class: visit.hurry ? "visit late-greeting" : "visit" },
    visit.hurry ? el("p", { class: "kicker fault", role: "alert" }, w.greet_now) : el("p", { class: "kicker" }, now),
    el("h1", {}, [visit.name, named("purpose", visit.purpose)].filter(Boolean).join(" · ")),
    el("p", { class: "tags" }, ...tags(visit)),
    isTold(visit.score) && el("p", { class: "score" }, w.score_parts.replace("{parts}", scored(visit.score))),
    visit.purpose === "quiet" && !visit.greeted && el("p", { class: "distance" }, w.keep_distance),
    visit.words && !visit.greeted && el("div", {}, el("p", { class: "words-title" }, w.words_to_greet), el("p", { class: "words-text" }, visit.words)),
    visit.inside && el("div", { class: "buttons" }, ...buttons(visit)),
    visit.phone && el("p", { class: "number" }, ...number(visit)),
    ...icebreakers(visit),
    visit.note && el("p", { class: "note" }, visit.note),
    ...together(visit),
    el("div", { class: "lesser" }, ...lesser(visit, own)),
  );
}

/** The visitor's number: masked, and in full once it is asked for. */
function number({ phone, lead, full }) {
  if (full) return [el("a", { href: `tel:${full}` }, full)];
  return [el("span", {}, phone), lead && button(w.reveal, "small second", () => reveal(lead))].filter(Boolean);
}

async function reveal(lead) {
  const done = await act(async () => shown.set(lead, await send("POST", `/api/v1/leads/${lead}/reveal`)));
  if (!done) return;
  changed();
  setTimeout(() => {
    shown.delete(lead);
    changed();
  }, SHOWN_MS);
}

/** What is done less often. */
function lesser(visit, own) {
  const words = [button(w.note, "second", () => note(visit))];
  if (visit.lead) words.push(el("a", { class: "button second", href: `/appointments?lead=${visit.lead}` }, w.make_of_lead));
  if (own) words.push(button(w.call_second, "second", () => callSecond(visit)), button(w.hand_over, "second", () => handOver(visit)));
  return words;
}

function quiet({ presence, off, waiting, place, lost }) {
  // What the floor was before the connection broke says nothing of now.
  if (lost) return el("div", { class: "state" }, el("h1", {}, w.light_red), el("p", {}, w.light_red_hint));
  const free = presence === "free" && !off;
  const [now, hint] = off ? [w.now_off_shift, w.now_off_shift_hint] : free ? [w.now_free, w.now_free_hint] : [w.now_away, w.now_away_hint];
  return el(
    "div",
    { class: "state" },
    el("h1", {}, now),
    el("p", {}, hint),
    free && place && el("p", { class: "place" }, place === 1 ? w.rotation_next : `${w.rotation_place} ${place}`),
    waiting > 0 && el("p", {}, `${waiting} ${w.waiting_now}`),
  );
}

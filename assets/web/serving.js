// The visits that this person has accepted: words, greeted, end. Or, with none, what to expect.
import { tags } from "./alert.js";
import { send } from "./api.js";
import { by, button, el, keyed } from "./dom.js";
import { act } from "./sheet.js";
import { changed, myself, onChange, state } from "./state.js";
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
    const mine = state.mine.map(withOwn).filter((visit) => !visit.outcome);
    const here = [...mine.map(known), ...[...state.accepted.values()].map(fresh)];
    const place = by("serving");
    const items = here.length || state.oversees ? here : [{ id: "none", presence: myself()?.presence, waiting: state.waiting }];
    keyed(place, items, (item) => item.id, (item) => (item.id === "none" ? quiet(item) : card(item)));
  });
}

function known(visit) {
  const { name, words, when, budget, phone, lead } = state.details.get(visit.id) ?? {};
  const { id, purpose, party, language, models, greeted_at: greetedAt } = visit;
  return { id, purpose, party, language, models, greeted: Boolean(greetedAt), name, words, when, budget, phone, lead, full: shown.get(lead)?.phone, hurry: hurry.has(id) && !greetedAt };
}

/** Accepted a moment ago: the floor does not say so yet. */
function fresh({ visit, purpose, party, language, models, name, words, when, budget, phone, lead }) {
  return { id: visit, purpose, party, language, models, greeted: false, name, words, when, budget, phone, lead, full: shown.get(lead)?.phone, hurry: false };
}

function card(visit) {
  const buttons = [button(w.end_visit, visit.greeted ? "primary" : "second", () => end(visit.id))];
  if (!visit.greeted) buttons.unshift(button(w.greeted, "go", () => greet(visit.id)));
  return el(
    "article",
    { class: visit.hurry ? "visit late-greeting" : "visit" },
    el("p", { class: "kicker" }, visit.greeted ? w.now_serving : w.now_coming),
    el("h1", {}, [visit.name, named("purpose", visit.purpose)].filter(Boolean).join(" · ")),
    el("p", { class: "tags" }, ...tags(visit)),
    visit.phone && el("p", { class: "number" }, ...number(visit)),
    visit.hurry && el("p", { class: "fault", role: "alert" }, w.greet_now),
    visit.words && !visit.greeted && el("div", {}, el("p", { class: "words-title" }, w.words_to_greet), el("p", { class: "words-text" }, visit.words)),
    el("div", { class: "buttons" }, ...buttons),
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

function quiet({ presence, waiting }) {
  const free = presence === "free";
  return el(
    "div",
    { class: "state" },
    el("h1", {}, free ? w.now_free : w.now_away),
    el("p", {}, free ? w.now_free_hint : w.now_away_hint),
    waiting > 0 && el("p", {}, `${waiting} ${w.waiting_now}`),
  );
}

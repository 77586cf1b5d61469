// The visits that this person has accepted: words, greeted, end. Or, with none, what to expect.
import { tags } from "./alert.js";
import { by, button, el, keyed } from "./dom.js";
import { myself, onChange, state } from "./state.js";
import { end, greet, withOwn } from "./visit.js";
import { named, w } from "./words.js";

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
  const { name, words } = state.details.get(visit.id) ?? {};
  const { id, purpose, party, language, models, greeted_at: greetedAt } = visit;
  return { id, purpose, party, language, models, greeted: Boolean(greetedAt), name, words, hurry: hurry.has(id) && !greetedAt };
}

/** Accepted a moment ago: the floor does not say so yet. */
function fresh({ visit, purpose, party, language, models, name, words }) {
  return { id: visit, purpose, party, language, models, greeted: false, name, words, hurry: false };
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
    visit.hurry && el("p", { class: "fault", role: "alert" }, w.greet_now),
    visit.words && !visit.greeted && el("div", {}, el("p", { class: "words-title" }, w.words_to_greet), el("p", { class: "words-text" }, visit.words)),
    el("div", { class: "buttons" }, ...buttons),
  );
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

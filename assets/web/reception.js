// Reception's variant: the walk-in, who waits and for how long, who is served.
import { send } from "./api.js";
import { tags } from "./alert.js";
import { by, button, el, keyed, listed } from "./dom.js";
import { colleague, together } from "./hands.js";
import { more } from "./parties.js";
import { choose, pick, toast } from "./sheet.js";
import { waited } from "./spans.js";
import { gatewayNow, nameOf, onChange, state } from "./state.js";
import { assign, end, greet, receive, tell, withOwn } from "./visit.js";
import { named, w } from "./words.js";

const PARTIES = [1, 2, 3, 4, 5].map((party) => [party, `${party}`]).concat([[6, "6+"]]);

export function showReception() {
  // One tap rings for whoever wants to see cars, as most do; the other button asks first.
  by("walk-in").addEventListener("click", () => enter({ purpose: "browse", language: "zh" }));
  by("walk-in-why").addEventListener("click", walkIn);
  onChange(draw);
  setInterval(tick, 500);
}

/** Rings for a walk-in; entered by mistake, it is taken back while nobody comes. */
async function enter(visit) {
  try {
    const { visit: id } = await send("POST", "/api/v1/visits", visit);
    toast(w.walk_in_done, () => tell(id, "undo", undefined, w.walk_in_undone, { outcome: "cancelled" }));
  } catch (problem) {
    toast(problem.text);
  }
}

async function walkIn() {
  // Who speaks what and how many they are may be said before the purpose, or not at all.
  const visit = { language: "zh" };
  const languages = ["zh", "en"].map((language) => [language, named("language", language)]);
  const rows = [
    pick(w.walk_in_language, languages, visit.language, (language) => (visit.language = language)),
    pick(w.walk_in_party, PARTIES, null, (party) => (visit.party = party ?? undefined)),
  ];
  visit.purpose = await choose(w.walk_in_why, listed("choices-purpose"), rows);
  if (visit.purpose) enter(visit);
}

function draw() {
  const visits = [...state.visits.values()].map(withOwn).filter((visit) => !visit.outcome);
  const unserved = visits.filter((visit) => !visit.consultant && !visit.greeted_at);
  const queue = unserved.filter((visit) => !visit.late).sort((a, b) => a.received_at.localeCompare(b.received_at));
  const missed = unserved.filter((visit) => visit.late);
  const going = visits.filter((visit) => visit.consultant || visit.greeted_at);
  keyed(by("queue"), queue, (visit) => visit.id, waitingCard);
  keyed(by("missed"), missed, (visit) => visit.id, waitingCard);
  keyed(by("going"), going, (visit) => visit.id, servedCard);
  by("queue-count").textContent = queue.length ? String(Math.max(queue.length, state.waiting)) : "";
  by("queue-empty").hidden = queue.length > 0;
  by("going-empty").hidden = going.length > 0;
  by("missed-part").hidden = missed.length === 0;
  tick();
}

function tick() {
  for (const line of document.querySelectorAll("[data-since]")) {
    line.textContent = waited(gatewayNow() - Date.parse(line.dataset.since));
  }
}

function head(visit, since) {
  return el(
    "div",
    { class: "row" },
    el("strong", {}, named("purpose", visit.purpose)),
    el("span", { class: "seconds", "data-since": since }),
  );
}

function waitingCard(visit) {
  const asked = visit.asking.map(nameOf).join(" · ");
  const said = [
    visit.received_by ? w.stage_reception : visit.late || (visit.stage === "calling" && asked) ? "" : named("stage", visit.stage),
    visit.position ? w.queue_place.replace("{n}", visit.position) : "",
    asked && `${w.asking} ${asked}`,
  ].filter(Boolean);
  const buttons = [];
  if (!visit.received_by) {
    const word = visit.reception_called ? "go" : "second";
    buttons.push(button(w.received, word, () => receive(visit.id)));
  }
  buttons.push(button(w.assign, "second", () => assignTo(visit.id)), button(w.saw_greeted, "second", () => greet(visit.id)));
  if (visit.late || visit.received_by) buttons.push(button(w.end_visit, "second", () => end(visit.id)));
  buttons.push(button(w.more, "second", () => more(visit)));
  return el(
    "li",
    { class: visit.breach ? "breach" : "" },
    head(visit, visit.received_at),
    el("p", { class: "tags" }, ...tags(visit)),
    el("p", { class: "quiet" }, said.join(" · ")),
    visit.note && el("p", { class: "note" }, visit.note),
    el("div", { class: "buttons" }, ...buttons),
  );
}

function servedCard(visit) {
  const buttons = [button(w.end_visit, "second", () => end(visit.id)), button(w.more, "second", () => more(visit))];
  if (!visit.greeted_at) buttons.unshift(button(w.saw_greeted, "second", () => greet(visit.id)));
  const who = visit.consultant ? nameOf(visit.consultant) : w.role_reception;
  return el(
    "li",
    {},
    head(visit, visit.greeted_at ?? visit.accepted_at),
    el("p", { class: "tags" }, ...tags(visit)),
    el("p", { class: "quiet" }, `${who} · ${named("stage", visit.stage)}`),
    ...together(visit),
    visit.note && el("p", { class: "note" }, visit.note),
    el("div", { class: "buttons" }, ...buttons),
  );
}

async function assignTo(id) {
  const staff = await colleague(w.assign_who);
  if (staff) assign(id, staff, nameOf(staff));
}

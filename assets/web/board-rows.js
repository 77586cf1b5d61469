// A row for each colleague and for each visitor who waits.
import { fill } from "./spans.js";
import { by, el } from "./dom.js";
import { named, w } from "./words.js";

const away = ["off", "break"];

/** What somebody does, and since when. */
export function colleague({ name, presence, since, reachable, off_shift, serves }) {
  const [first, ...more] = serves;
  const kind = first ? "busy" : off_shift ? "away" : presence === "free" ? (reachable ? "free" : "dark") : away.includes(presence) ? "away" : "busy";
  const does = first ? (first.greeted ? w.board_busy_with : w.board_coming) : named("presence", presence);
  const said = [does, first && named("purpose", first.purpose)];
  if (more.length) said.push(fill(w.board_more_visits, { n: more.length }));
  if (kind === "dark") said.push(w.unreachable);
  if (off_shift) said.push(w.shift_off);
  return el(
    "li",
    { class: kind },
    el("strong", { class: "name" }, name),
    el("span", { class: "span", "data-lasts": since }),
    el("span", { class: "does" }, said.filter(Boolean).join(" · ")),
  );
}

/** How long somebody waits, what for, and who is being called. */
export function wait({ purpose, party, since, stage, asking, breach }) {
  const over = breach && el("em", { class: "over" }, fill(w.board_over, { n: by("waits").dataset.over }));
  const calls = asking.length > 2 ? fill(w.board_calling_many, { n: asking.length }) : asking.length ? `${w.asking} ${asking.join(" · ")}` : named("stage", stage);
  return el(
    "li",
    { class: breach ? "breach" : "" },
    el("strong", { class: "span", "data-waits": since }),
    el("span", { class: "purpose" }, named("purpose", purpose), party > 1 ? el("span", { class: "quiet" }, ` ${party} ${w.people}`) : null),
    el("span", { class: "does" }, over, calls),
  );
}

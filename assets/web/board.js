// The wall display of the staff: who is free, who is with whom, who waits, and how today goes.
import { follow } from "./board-feed.js";
import { colleague, wait } from "./board-rows.js";
import { by, keyed, say } from "./dom.js";
import { install } from "./install.js";
import { isUnlocked, softly } from "./sound.js";
import { fill, lasted, waited } from "./spans.js";
import { gatewayNow, onChange, realMs } from "./state.js";
import { keepAwake } from "./wake.js";
import { w } from "./words.js";

// What stands on a screen at once; nobody scrolls on a wall.
const PEOPLE = 12;
const CROWD = 18;
const WAITS = 8;
// As often as the manager's alert is renewed.
const CHIME_MS = Number(document.body.dataset.chime);

let broken = new Set();
let chimed = -Infinity;

function draw(board) {
  for (const name of ["free", "busy", "waiting"]) by(name).textContent = board[name];
  by("waiting-figure").classList.toggle("breach", board.breached > 0);
  today(board.today);
  people(board.staff);
  waits(board);
  chime(board.waits.filter((one) => one.breach).map((one) => one.visit));
}

function today(figures) {
  by("visits").textContent = figures?.visits ?? "–";
  for (const name of ["accepted", "greeted"]) {
    const all = figures?.[{ accepted: "counted", greeted: "greeted_counted" }[name]] ?? 0;
    const part = figures?.[`${name}_in_time`] ?? 0;
    by(name).textContent = all ? `${Math.round((part * 100) / all)}%` : "–";
    by(`${name}-of`).textContent = all ? `${part} / ${all}` : "";
  }
}

function people(staff) {
  const most = staff.length > PEOPLE ? CROWD : PEOPLE;
  by("people").dataset.many = staff.length > PEOPLE ? "crowd" : staff.length > 8 ? "some" : "few";
  keyed(by("people"), staff.slice(0, most), (one) => one.id, colleague);
  by("people-empty").hidden = staff.length > 0;
  say(by("people-more"), staff.length > most ? fill(w.board_more_people, { n: staff.length - most }) : "");
}

function waits({ waits: all, waiting, breached, missed }) {
  const shown = all.slice(0, WAITS);
  by("waits").dataset.many = shown.length > 5 ? "crowd" : shown.length > 3 ? "some" : "few";
  keyed(by("waits"), shown, (one) => one.visit, wait);
  say(by("over"), breached ? fill(w.board_over_people, { n: breached, s: by("waits").dataset.over }) : "");
  by("waits-empty").hidden = waiting > 0;
  say(by("waits-more"), waiting > shown.length ? fill(w.board_more_waits, { n: waiting - shown.length }) : "");
  say(by("missed"), missed ? fill(w.board_missed, { n: missed }) : "");
}

/** Softly, when a wait breaks the promise, and again while nobody has accepted. */
function chime(now) {
  const fresh = now.some((visit) => !broken.has(visit));
  broken = new Set(now);
  if (!now.length || (!fresh && performance.now() - chimed < realMs(CHIME_MS))) return;
  chimed = performance.now();
  softly();
}

function tick() {
  const now = gatewayNow();
  for (const span of document.querySelectorAll("[data-waits]")) span.textContent = waited(now - Date.parse(span.dataset.waits));
  for (const span of document.querySelectorAll("[data-lasts]")) span.textContent = lasted(now - Date.parse(span.dataset.lasts));
}

const hint = () => (by("sound").hidden = isUnlocked());
onChange(hint);
hint();
keepAwake(() => true);
install("/board");
follow("/api/v1/board", draw, tick);

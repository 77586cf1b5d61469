// The ten-second ring: how long until the visitor should have been met, by the gateway's clock.
import { by } from "./dom.js";
import { gatewayNow } from "./state.js";
import { w } from "./words.js";

// In which somebody should have come, as the showroom has set it.
const BREACH_MS = Number(document.body.dataset.breach);
let until = 0;
let whole = BREACH_MS;

/** Counts down to `greetBy`; the circle is full at `askedAt`, or ten seconds before, if that is longer. */
export function countTo(greetBy, askedAt) {
  until = Date.parse(greetBy);
  whole = Math.max(BREACH_MS, until - Date.parse(askedAt));
  draw();
}

function draw() {
  const left = until - gatewayNow();
  const ring = by("ring");
  const seconds = Math.ceil(Math.abs(left) / 1000);
  const text = left > 0 ? `${seconds}` : `+${seconds}`;
  const words = ring.querySelector("text");
  if (words.textContent === text && left <= 0) return;
  words.textContent = text.length > 4 ? "!" : text;
  ring.setAttribute("aria-label", `${text} ${w.seconds}`);
  ring.dataset.left = left <= 0 ? "over" : left < BREACH_MS * 0.4 ? "soon" : "enough";
  const share = Math.max(0, Math.min(1, left / whole));
  ring.querySelector(".ring-time").style.strokeDashoffset = String(100 - 100 * share);
}

export function keepCounting() {
  setInterval(() => until && draw(), 100);
}

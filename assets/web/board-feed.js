// The board's stream: opens it, opens it again, and says how old it is what stands there. It tells the gateway nothing of somebody
// being alive: a screen on a wall rings nobody.
import { clockOf, dateOf } from "./board-clock.js";
import { by, say } from "./dom.js";
import { age } from "./spans.js";
import { gatewayNow, keepTime } from "./state.js";
import { w } from "./words.js";

// A blink is no loss.
const BLINK_MS = 3000;
const AGAIN_MS = 5000;

let source = null;
let again = null;
/** When something came last, by this page's steady clock and by the gateway's. */
let heard = null;
let shownAt = null;
let opened = performance.now();
let lost = null;
let silence = 12000;
let out = false;

/** Follows the board at this address; `draw` takes each over, `tick` lets its times go on while they are to be trusted. */
export function follow(path, draw, tick) {
  const open = () => {
    clearTimeout(again);
    again = null;
    source?.close();
    opened = performance.now();
    const mine = new EventSource(`${path}/stream`);
    source = mine;
    mine.addEventListener("board", (event) => {
      if (source !== mine) return;
      const board = JSON.parse(event.data);
      if (renewed(board.edition)) return;
      keepTime(board.now, board.rate, 0);
      silence = 2 * board.beat_ms + 2000;
      [heard, shownAt, lost, out] = [performance.now(), gatewayNow(), null, false];
      draw(board);
      stand(tick);
    });
    mine.onerror = () => {
      if (source !== mine) return;
      lost ??= performance.now();
      // A refused stream is not tried again by the browser, and does not say why.
      if (mine.readyState === EventSource.CLOSED) again ??= setTimeout(ask, 1000 + Math.random() * 2000);
    };
  };
  const ask = async () => {
    again = null;
    try {
      const answer = await fetch(path, { cache: "no-store" });
      out = answer.status === 401 || answer.status === 403;
      if (answer.ok) return open();
    } catch {
      // Nobody there: it is tried again.
    }
    again ??= setTimeout(ask, AGAIN_MS);
  };
  open();
  addEventListener("online", open);
  addEventListener("pageshow", (event) => event.persisted && open());
  setInterval(() => {
    // Open in name only, as after a pulled cable.
    const since = performance.now() - Math.max(opened, heard ?? 0);
    if (since > silence && again === null) open();
    stand(tick);
  }, 1000);
}

/** The gateway has other pages than this one since an upgrade, and nobody walks up to a wall to load them. Once: then they are there. */
function renewed(edition) {
  const known = "board-edition";
  if (edition === document.body.dataset.edition || sessionStorage.getItem(known) === edition) return false;
  sessionStorage.setItem(known, edition);
  location.reload();
  return true;
}

function standing() {
  if (out) return "out";
  const now = performance.now();
  if (heard === null) return lost === null ? "opening" : "stale";
  const gone = lost !== null && now - lost > BLINK_MS;
  return gone || now - heard > silence ? "stale" : "live";
}

function stand(tick) {
  const now = standing();
  document.body.dataset.standing = now;
  by("out").hidden = now !== "out";
  const updated = shownAt === null ? "" : `${w.board_updated} ${age(gatewayNow() - shownAt)}`;
  const words = { opening: [w.board_opening], stale: [w.board_lost, updated], out: [updated], live: [] }[now];
  const text = words.filter(Boolean).join(" · ");
  if (by("standing").textContent !== text) say(by("standing"), text);
  if (now !== "live") return;
  // What stands still while nothing is known stays as it was, the clock with it.
  by("clock").textContent = clockOf(gatewayNow());
  if (by("date")) by("date").textContent = dateOf(gatewayNow());
  tick?.();
}

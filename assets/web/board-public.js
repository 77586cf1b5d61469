// The wall display that visitors see: three counts and a sentence; no names, no seconds.
import { follow } from "./board-feed.js";
import { by } from "./dom.js";
import { install } from "./install.js";
import { keepAwake } from "./wake.js";
import { w } from "./words.js";

let told = "";

function draw(board) {
  for (const name of ["free", "busy", "waiting"]) by(name).textContent = board[name];
  told = sentence(board);
}

function sentence({ free, waiting }) {
  if (waiting) return free ? w.board_say_moment : w.board_say_seat;
  return free ? w.board_say_welcome : w.board_say_busy;
}

/** An old figure may not send anybody anywhere. */
function speak() {
  const live = document.body.dataset.standing === "live";
  const words = live ? told : document.body.dataset.standing === "opening" ? "" : w.board_say_stale;
  if (by("say").textContent !== words) by("say").textContent = words;
}

new MutationObserver(speak).observe(document.body, { attributeFilter: ["data-standing"] });
keepAwake(() => true);
install("/board");
follow("/api/v1/board/public", draw, speak);

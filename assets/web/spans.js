// Spans as one reads them at a glance.
import { w } from "./words.js";

/** A word with its numbers: fill("{n} min", { n: 3 }). */
export const fill = (word, numbers) => word.replace(/\{(\w+)\}/g, (_, name) => numbers[name]);

const whole = (ms, unit) => Math.max(0, Math.floor(ms / unit));

/** How long somebody waits: to the second while seconds count. */
export function waited(ms) {
  const seconds = whole(ms, 1000);
  if (seconds < 60) return fill(w.board_seconds, { n: seconds });
  if (seconds >= 3600) return lasted(ms);
  const rest = String(seconds % 60).padStart(2, "0");
  return fill(w.board_minutes_seconds, { m: Math.floor(seconds / 60), n: rest });
}

/** How long something goes on: to the minute, which is calmer. */
export function lasted(ms) {
  const minutes = whole(ms, 60000);
  if (minutes < 1) return w.board_under_a_minute;
  if (minutes < 60) return fill(w.board_minutes, { n: minutes });
  return fill(w.board_hours, { h: Math.floor(minutes / 60), n: minutes % 60 });
}

/** How old something is. */
export function age(ms) {
  const seconds = whole(ms, 1000);
  const span = seconds < 60 ? fill(w.board_seconds, { n: seconds }) : lasted(ms);
  return fill(w.board_ago, { span });
}

// Keeps the screen on while it is needed.
import { myself, onChange } from "./state.js";

let lock = null;
let asking = false;

let wanted = () => (myself()?.presence ?? "off") !== "off";

async function keep() {
  if (document.visibilityState !== "visible" || !wanted()) {
    lock?.release().catch(() => {});
    lock = null;
    return;
  }
  if (lock || asking || !navigator.wakeLock) return;
  asking = true;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => (lock = null));
  } catch {
    // Low battery or an old browser: the page works without.
  }
  asking = false;
}

/** Unless a page says otherwise, while this person can be called. */
export function keepAwake(when = wanted) {
  wanted = when;
  keep();
  onChange(keep);
  document.addEventListener("visibilitychange", keep);
}

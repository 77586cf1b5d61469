// Keeps the screen on while this person can be called.
import { myself, onChange } from "./state.js";

let lock = null;
let asking = false;

async function keep() {
  const wanted = document.visibilityState === "visible" && (myself()?.presence ?? "off") !== "off";
  if (!wanted) {
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

export function keepAwake() {
  onChange(keep);
  document.addEventListener("visibilitychange", keep);
}

// Ringing: sound and vibration. Browsers keep sound locked until the page was touched once; the page says so.
import { changed } from "./state.js";

let audio = null;
let ringing = null;

/** Whether a ring would be heard. */
export const isUnlocked = () => audio?.state === "running";

async function unlock() {
  if (!audio) {
    audio = new (window.AudioContext ?? window.webkitAudioContext)();
    audio.onstatechange = changed;
  }
  if (audio.state !== "running") await audio.resume().catch(() => {});
  changed();
}
// A finger counts as a touch for some browsers when it comes, for others when it leaves.
for (const kind of ["pointerdown", "pointerup", "click", "keydown"]) addEventListener(kind, unlock, { passive: true });
document.addEventListener("visibilitychange", () => audio && unlock());

function tone(frequency, from, length, loudness = 0.5) {
  const [oscillator, volume] = [audio.createOscillator(), audio.createGain()];
  const at = audio.currentTime + from;
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(loudness, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + length);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

/** One call: a rising fourth, twice. */
export function chime() {
  navigator.vibrate?.([300, 150, 300]);
  if (!isUnlocked()) return;
  for (const from of [0, 0.5]) {
    tone(659, from, 0.3);
    tone(880, from + 0.18, 0.4);
  }
}

/** Once, for a room in which people talk: a falling third, a third as loud, with a slow end. */
export function softly() {
  if (!isUnlocked()) return;
  tone(784, 0, 0.9, 0.16);
  tone(659, 0.35, 1.4, 0.16);
}

/** Rings until stop(). */
export function ring() {
  if (ringing) return;
  chime();
  ringing = setInterval(chime, 1600);
}

export function stop() {
  clearInterval(ringing);
  ringing = null;
  navigator.vibrate?.(0);
}

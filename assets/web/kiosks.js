// The kiosks' lines follow by themselves: whoever lets one in waits for it to come on. Without scripts the page is as good as when it was opened.
import { signIn } from "./api.js";
import { by, isHeld } from "./dom.js";

const EVERY_MS = 5000;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/manage/kiosks", { cache: "no-store" });
    if (answer.redirected) return signIn();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("there");
    const there = by("there");
    // A tap, or the keyboard's place, on what is taken away would be lost.
    if (isHeld(there) || there.contains(document.activeElement) || fresh.innerHTML === there.innerHTML) return;
    there.replaceWith(fresh);
  } catch {
    // The next one asks again.
  }
}

setInterval(refresh, EVERY_MS);

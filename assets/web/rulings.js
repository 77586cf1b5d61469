// What managers ruled of the own customers lately, on the staff's page: read when it opens, when a task says so, and when it is looked at
// again.
import { get } from "./api.js";
import { by, el, keyed } from "./dom.js";
import { gatewayNow, state } from "./state.js";
import { w } from "./words.js";

const SHOWN_MS = 3 * 24 * 60 * 60 * 1000;

/** A day and an hour by the showroom's clocks. */
const moment = (at) => new Intl.DateTimeFormat("zh", { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: document.body.dataset.zone }).format(new Date(at));

function whose({ owner, owner_name }) {
  if (!owner) return w.owner_nobody;
  return owner === state.me ? w.ruling_for_me : `${w.ruling_to} ${owner_name}`;
}

export async function lookAtRulings() {
  const part = by("rulings-part");
  if (!part) return;
  try {
    const { rulings } = await get("/api/v1/disputes");
    const late = rulings.filter(({ at, undone_at }) => !undone_at && gatewayNow() - Date.parse(at) < SHOWN_MS);
    const shown = late.map((ruling) => ({ key: `${ruling.lead} ${ruling.at}`, whose: whose(ruling), reason: ruling.reason, about: ruling.registered_at }));
    keyed(by("rulings"), shown, ({ key }) => key, ({ whose, reason, about }) =>
      el("li", {}, el("strong", {}, whose), " ", el("span", { class: "quiet" }, about ? `${w.lead_kept} ${moment(about)}` : ""), reason && el("p", { class: "quiet" }, reason)));
    part.hidden = late.length === 0;
  } catch {
    // The next look brings them.
  }
}

export function showRulings() {
  lookAtRulings();
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lookAtRulings());
}

// The own appointments of today, on the staff's page: read when it opens, when a task says so, and when it is looked at again.
import { get } from "./api.js";
import { by, el, keyed } from "./dom.js";
import { state } from "./state.js";
import { named } from "./words.js";

/** An hour by the showroom's clocks. */
export const hour = (at) => new Intl.DateTimeFormat("zh", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: document.body.dataset.zone }).format(new Date(at));

/** As one says it: 李女士, Ms Li. */
function addressed({ name, title }) {
  const said = title && named("title", title);
  if (!name || !said) return name ?? "";
  return document.documentElement.dataset.language === "en" ? `${said} ${name}` : `${name}${said}`;
}

export async function lookAtAppointments() {
  try {
    const { appointments } = await get("/api/v1/appointments");
    const own = appointments.filter(({ consultant, standing }) => consultant === state.me && standing === "booked");
    const shown = own.map(({ appointment, at, name, title, matter }) => ({ appointment, at, name, title, matter }));
    keyed(by("expected"), shown, ({ appointment }) => appointment, ({ at, name, title, matter }) =>
      el("li", {}, el("strong", {}, hour(at)), " ", addressed({ name, title }), " ", el("span", { class: "quiet" }, named("matter", matter))));
    by("expected-part").hidden = own.length === 0;
  } catch {
    // The next look brings them.
  }
}

export function showAppointments() {
  lookAtAppointments();
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lookAtAppointments());
}

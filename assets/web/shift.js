// One's own shift: until when, whether one has said "I am here", and saying it.
import { send } from "./api.js";
import { by, say } from "./dom.js";
import { act } from "./sheet.js";
import { gatewayNow, myself, onChange } from "./state.js";
import { w } from "./words.js";

const zone = document.body.dataset.zone;
const clock = (at, more) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", ...more }).format(new Date(at));
const day = (at) => clock(at, { year: "numeric", month: "2-digit", day: "2-digit", hour: undefined, minute: undefined });
const weekday = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, weekday: "short" }).format(new Date(at));

/** An hour, with its day where that is not today. */
const when = (at) => (day(at) === day(gatewayNow()) ? clock(at) : `${weekday(at)} ${clock(at)}`);

/** When a shift ends: midnight is the end of its day. */
const end = (at) => (clock(at) === "00:00" ? "24:00" : when(at));

/** Whether the plan says that this person is not asked now. */
export const isOffShift = (member) => Boolean(member?.off_shift) || ["off", "break"].includes(member?.shift);

/** "I am here": to the shift, or to an extra one. */
export const come = () => act(() => send("POST", "/api/v1/me/shift"), w.shift_came);

export function showShift() {
  by("shift-come").addEventListener("click", come);
  onChange(() => {
    const { shift, shift_until: until, came_at: came } = myself() ?? {};
    const said = {
      on: until ? `${w.shift_on_until} ${end(until)}` : "",
      break: `${w.shift_break_until} ${until ? when(until) : ""}`,
      off: until ? `${w.shift_off_until} ${when(until)}` : w.shift_off,
    };
    const here = came && shift === "on" && `${w.shift_came} ${clock(came)}`;
    say(by("shift-line"), [said[shift], here].filter(Boolean).join(" · "));
    const button = by("shift-come");
    const planned = Boolean(shift) && shift !== "unplanned";
    button.hidden = !planned || (shift === "on" && Boolean(came));
    button.textContent = shift === "on" ? w.shift_come : w.shift_extra;
    button.classList.toggle("primary", shift === "on");
    button.classList.toggle("second", shift !== "on");
    by("shift").hidden = !planned;
  });
}

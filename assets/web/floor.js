// The staff's page: puts its parts together and lets the stream feed them.
import { showAlerts, takeAlert, takeOver } from "./alert.js";
import { get } from "./api.js";
import { by, el, keyed } from "./dom.js";
import { showAppointments } from "./expected.js";
import { install } from "./install.js";
import { follow, takeFloor } from "./live.js";
import { showPresence } from "./presence.js";
import { showPush } from "./push.js";
import { showReception } from "./reception.js";
import { showRulings } from "./rulings.js";
import { showServing } from "./serving.js";
import { toast } from "./sheet.js";
import { showShift } from "./shift.js";
import { changed, keepTime, onChange, state } from "./state.js";
import { takeTask } from "./tasks.js";
import { showTrial, takeTrial } from "./trial.js";
import { keepAwake } from "./wake.js";
import { named, w } from "./words.js";

const away = ["off", "break"];

function showTeam() {
  onChange(() => {
    const team = [...state.staff.values()].filter((member) => member.id !== state.me && member.presence !== "off");
    const shown = team.map(({ id, name, presence, reachable, off_shift }) => ({ id, name, presence, reachable, off_shift }));
    keyed(by("team"), shown, (member) => member.id, ({ name, presence, reachable, off_shift }) => {
      const kind = off_shift ? "away" : presence === "free" && reachable ? "free" : away.includes(presence) ? "away" : "busy";
      const dark = off_shift ? ` · ${w.shift_off}` : presence === "free" && !reachable ? ` · ${w.unreachable}` : "";
      return el("li", { class: kind }, el("span", { class: "dot", "aria-hidden": "true" }), name, el("span", { class: "quiet" }, named("presence", presence) + dark));
    });
    document.querySelector(".team-part").hidden = team.length === 0;
  });
}

showPresence();
showShift();
showServing();
if (state.oversees) showReception();
showTeam();
showAlerts();
showAppointments();
showRulings();
showTrial();
showPush();
keepAwake();
install();

try {
  const started = performance.now();
  const me = await get("/api/v1/me");
  keepTime(me.now, me.rate, performance.now() - started);
  for (const alert of me.accepted) state.details.set(alert.visit, alert);
} catch {
  // The stream brings the rest as soon as there is a connection.
}

// A message's link names its alert. Whoever comes too late for it is told so.
let linked = new URLSearchParams(location.search).get("alert");

function takeOpening(floor) {
  takeFloor(floor);
  // The opening ends with the sequence alone: every alert that waits is there.
  if (!linked || floor.staff || floor.mine || floor.me) return;
  const served = state.mine.some(({ id, outcome }) => linked.startsWith(id) && !outcome);
  if (!served && !state.alerts.has(linked)) toast(w.link_over);
  linked = null;
  history.replaceState(null, "", location.pathname);
}

follow({
  floor: takeOpening,
  alert: takeAlert,
  alert_over: takeOver,
  task: takeTask,
  trial: takeTrial,
  reset: () => state.alerts.clear(),
});
changed();

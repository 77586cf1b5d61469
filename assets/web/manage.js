// The manager's page: what the server wrote, written anew when the floor changes.
import { signIn } from "./api.js";
import { keepContacts, watchContacts } from "./contacts.js";
import { by, isHeld, say } from "./dom.js";
import { follow, takeFloor } from "./live.js";
import { chime } from "./sound.js";
import { waited } from "./spans.js";
import { gatewayNow, onChange, state } from "./state.js";
import { w } from "./words.js";

const EVERY_MS = 1500;
let due = null;
let last = 0;

async function refresh() {
  due = null;
  last = performance.now();
  try {
    const answer = await fetch("/manage/today", { cache: "no-store" });
    if (answer.redirected) return signIn();
    if (!answer.ok) return;
    const text = await answer.text();
    // A tap on what is taken away under it would be lost.
    if (isHeld(by("day"))) return soon();
    rewrite(by("day"), text);
    tick();
  } catch {
    // The line above says that the connection is lost; it comes again with the stream.
  }
}

/** What was open stays open; whoever steps through with keys, or has pushed a wide table aside, stays where they were. */
function rewrite(day, text) {
  const open = [...day.querySelectorAll("details")].map((part) => part.open);
  const aside = [...day.querySelectorAll(".scroll")].map((part) => [named(part), part.scrollLeft]);
  const at = day.contains(document.activeElement) && named(document.activeElement);
  day.innerHTML = text;
  day.querySelectorAll("details").forEach((part, place) => (part.open = open[place] ?? false));
  keepContacts();
  const find = (name, kind) => [...day.querySelectorAll(kind)].find((part) => named(part) === name);
  for (const [name, left] of aside) find(name, ".scroll")?.scrollTo(left, 0);
  if (at) find(at, "a, button, summary, [tabindex]")?.focus({ preventScroll: true });
}

/** What an element is still known by when the page was written anew. */
const named = (part) =>
  [
    part.closest("[data-lead]")?.dataset.lead,
    part.localName,
    part.className,
    part.getAttribute("aria-labelledby"),
    part.getAttribute("href"),
  ].join(" ");

function soon() {
  due ??= setTimeout(refresh, Math.max(200, EVERY_MS - (performance.now() - last)));
}

function tick() {
  for (const line of document.querySelectorAll("[data-since]")) {
    line.textContent = waited(gatewayNow() - Date.parse(line.dataset.since));
  }
}

const tasks = {
  waiting: ({ waiting }) => `${waiting} ${w.task_waiting}`,
  dispute: ({ staff }) => [w.task_dispute, staff && (state.staff.get(staff)?.name ?? staff)].filter(Boolean).join(" · "),
  not_greeted: ({ staff }) => `${state.staff.get(staff)?.name ?? staff} · ${w.task_not_greeted}`,
};
let fading = null;

follow({
  floor: (floor) => {
    takeFloor(floor);
    if (floor.staff || floor.visits || floor.visits_gone || floor.waiting !== undefined) soon();
  },
  task: (task) => {
    const text = tasks[task.task]?.(task);
    if (!text) return;
    // Nothing on the floor has moved that would write the page anew.
    if (task.task === "dispute") soon();
    else chime();
    say(by("notice"), text);
    clearTimeout(fading);
    fading = setTimeout(() => say(by("notice"), ""), 45000);
  },
  alert: () => {
    say(by("notice"), w.visitor_here);
    chime();
  },
  alert_over: () => say(by("notice"), ""),
  reset: soon,
});
let lost = null;
onChange(() => {
  // A blink is no loss; and each further try that fails does not begin the wait anew.
  if (!state.connected) lost ??= setTimeout(() => (by("stale").hidden = false), 3000);
  else {
    clearTimeout(lost);
    lost = null;
    by("stale").hidden = true;
  }
});
watchContacts();
setInterval(tick, 1000);
// Figures that no event moves: a new hour, a device that went silent.
setInterval(soon, 30000);

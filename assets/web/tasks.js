// Lines that ask for something without being an alert.
import { by, say } from "./dom.js";
import { hour, lookAtAppointments } from "./expected.js";
import { lookAtRulings } from "./rulings.js";
import { hurry } from "./serving.js";
import { chime } from "./sound.js";
import { changed, nameOf } from "./state.js";
import { end } from "./visit.js";
import { w } from "./words.js";

let fading = null;
let noticed = 0;

function notice(text, seconds = 30) {
  // After an outage many come at once: one sound says it for all.
  const heard = by("notice").textContent === text && performance.now() - noticed < 2000;
  noticed = performance.now();
  say(by("notice"), text);
  clearTimeout(fading);
  fading = setTimeout(() => say(by("notice"), ""), seconds * 1000);
  if (!heard) chime();
}

const what = {
  waiting: ({ waiting }) => notice(`${waiting} ${w.task_waiting}`),
  greet: ({ visit }) => {
    hurry.add(visit);
    chime();
    changed();
  },
  not_greeted: ({ staff }) => notice(`${nameOf(staff)} · ${w.task_not_greeted}`),
  receive: ({ reason }) => notice(w[`receive_${reason}`] ?? w.receive_now),
  taken_over: ({ staff }) => notice(`${nameOf(staff)} · ${w.task_taken_over}`),
  second_comes: ({ staff }) => notice(`${nameOf(staff)} · ${w.task_second_comes}`),
  declined: ({ staff }) => notice(`${nameOf(staff)} · ${w.task_declined}`),
  appointment_here: ({ at }) => notice(`${w.task_appointment_here} · ${hour(at)}`, 120),
  appointment_soon: ({ at }) => {
    notice(`${w.task_appointment_soon} · ${hour(at)}`, 120);
    lookAtAppointments();
  },
  own_customer: () => notice(w.own_customer_here, 120),
  dispute: () => notice(w.task_dispute, 120),
  settled: () => {
    notice(w.task_settled, 120);
    lookAtRulings();
  },
  still_with: ({ visit }) => {
    chime();
    end(visit, w.still_with);
  },
};

/** A task came. One that this page does not know is left to a newer one. */
export function takeTask(task) {
  what[task.task]?.(task);
}

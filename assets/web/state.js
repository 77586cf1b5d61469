// What this page knows: the floor, one's own visits and alerts, and the gateway's time. Everything that shows something
// listens here.

export const state = {
  me: document.body.dataset.me,
  oversees: document.body.dataset.oversees === "true",
  connected: false,
  /** Members by id. */
  staff: new Map(),
  /** Visits by id; only for those who see the whole floor. */
  visits: new Map(),
  /** Visits that this person accepted, or came along to. */
  mine: [],
  /** This person's place in the rotation, from 1; null while not in it. */
  place: null,
  waiting: 0,
  breached: 0,
  /** Alerts that wait for an answer, by id, the oldest first. */
  alerts: new Map(),
  /** What is known of visits that were accepted here, by visit. */
  details: new Map(),
  /** Accepted here a moment ago, and not yet in `mine`. */
  accepted: new Map(),
};

const listeners = [];
let due = false;

/** Calls `listen` soon after each change. */
export function onChange(listen) {
  listeners.push(listen);
}

/** Something changed; many changes at once are told once. */
export function changed() {
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    for (const listen of listeners) listen();
  });
}

export const myself = () => state.staff.get(state.me);

export const nameOf = (id) => state.staff.get(id)?.name ?? id;

// The gateway's time, kept by the page's own steady clock: the phone's wall clock may be an hour off.
const time = { at: Date.now(), since: performance.now(), rate: 1, trip: Infinity };

/** Takes the gateway's time over; `trip` is how long the answer took, half of it on the way back. */
export function keepTime(now, rate, trip) {
  // A slow answer says less than what is known already.
  if (rate === time.rate && trip > time.trip + 200) return;
  Object.assign(time, { at: Date.parse(now) + (trip / 2) * rate, since: performance.now(), rate, trip });
}

/** The gateway's time in milliseconds. */
export const gatewayNow = () => time.at + (performance.now() - time.since) * time.rate;

/** How long a span of the gateway's time takes here: a demo's clock may be faster. */
export const realMs = (span) => span / time.rate;

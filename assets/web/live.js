// The event stream: opens it, opens it again, and notices when it is silent although there is something to say.
import { get, send } from "./api.js";
import { changed, keepTime, state } from "./state.js";

let source = null;
let position = "";
let again = null;
let behind = 0;
/** Whether nobody answered lately. */
let lost = false;

/** Opens the stream; `handle` maps event names to functions of their data. */
export function follow(handle) {
  const open = () => {
    clearTimeout(again);
    source?.close();
    const after = position ? `?after=${encodeURIComponent(position)}` : "";
    const mine = new EventSource(`/api/v1/me/stream${after}`);
    source = mine;
    mine.onopen = () => {
      state.connected = true;
      behind = 0;
      changed();
    };
    mine.onerror = () => {
      if (source !== mine) return;
      state.connected = false;
      changed();
      // A refused stream is not tried again by the browser.
      if (mine.readyState === EventSource.CLOSED) again = setTimeout(open, 1000 + Math.random() * 2000);
    };
    for (const [name, take] of Object.entries(handle)) {
      mine.addEventListener(name, (event) => {
        if (source !== mine) return;
        if (event.lastEventId) position = event.lastEventId;
        take(JSON.parse(event.data));
        changed();
      });
    }
  };
  open();
  addEventListener("online", open);
  addEventListener("pageshow", (event) => event.persisted && open());
  // A frozen page rings for nobody: better that the gateway knows.
  document.addEventListener("freeze", () => source?.close());
  document.addEventListener("resume", open);
  sayAlive(open);
}

/** Says so with the gateway's period. The answer brings its time, and where the stream should be by now. */
function sayAlive(reopen) {
  let period = 10000;
  const say = async () => {
    const started = performance.now();
    try {
      const answer = await send("POST", "/api/v1/me/alive");
      keepTime(answer.now, answer.rate, performance.now() - started);
      period = answer.period_ms;
      // Twice behind: the stream is open in name only.
      behind = state.connected && answer.position !== position ? behind + 1 : 0;
      // What was begun while nobody answered may wait for another minute.
      const stuck = lost && source?.readyState !== EventSource.OPEN;
      lost = false;
      if (behind >= 2 || stuck || source?.readyState === EventSource.CLOSED) reopen();
    } catch (problem) {
      state.connected &&= source?.readyState === EventSource.OPEN && navigator.onLine;
      // The stream looks open while the network is silent. Nobody would be rung, so nobody is told that they would.
      if (problem.code === "offline" && !lost) {
        [lost, state.connected] = [true, false];
        reopen();
      }
      changed();
    }
    setTimeout(say, lost ? 1000 : period);
  };
  say();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") get("/api/v1/me").then((me) => keepTime(me.now, me.rate, 500)).catch(() => {});
  });
}

/** A colleague by the name that this page's reader can read. */
const inWords = (member) => (document.documentElement.lang === "en" && member.latin ? { ...member, name: member.latin } : member);

/** Takes a `floor` event over: everything, or what changed. */
export function takeFloor(floor) {
  const more = (member) => [member.id, { ...state.staff.get(member.id), ...inWords(member) }];
  if (floor.whole) {
    state.staff = new Map(floor.staff.map(more));
    state.visits = new Map((floor.visits ?? []).map((visit) => [visit.id, visit]));
  } else {
    for (const member of floor.staff ?? []) state.staff.set(...more(member));
    for (const id of floor.staff_gone ?? []) state.staff.delete(id);
    for (const visit of floor.visits ?? []) state.visits.set(visit.id, visit);
    for (const id of floor.visits_gone ?? []) state.visits.delete(id);
  }
  if (floor.mine) [state.mine, state.place] = [floor.mine, floor.place ?? null];
  if (floor.me) state.staff.set(...more(floor.me));
  if (floor.waiting !== undefined) [state.waiting, state.breached] = [floor.waiting, floor.breached];
}

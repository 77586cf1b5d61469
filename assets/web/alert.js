// The alert: full screen, who and why me, what to say, and two buttons under the thumb.
import { send } from "./api.js";
import { by, el, listed, say } from "./dom.js";
import { hour } from "./expected.js";
import { answered } from "./icebreakers.js";
import { countTo, keepCounting } from "./ring.js";
import { choose, hush, toast } from "./sheet.js";
import { ring, stop } from "./sound.js";
import { changed, nameOf, onChange, state } from "./state.js";
import { named, w } from "./words.js";

// A colleague asks, whose visitor it is.
const COLLEAGUES = ["handed_over", "second_person"];
const reported = new Set();
let shown = null;
let busy = false;
let models = null;
const day = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric" });

export const modelName = (id) => (models ??= new Map(listed("models"))).get(id) ?? id;

/** The visitor in a few words, for the alert and for the visit that comes of it. */
export function tags({ party, language, models: wanted = [], own_customer: own, appointment, when, budget, last_visit: last, score }) {
  const words = [];
  if (own) words.push(w.own_customer);
  if (isTold(score)) words.push(`${named("intent", score.intent)} ${score.points}`);
  if (appointment) words.push(`${w.appointment_at} ${hour(appointment)}`);
  if (party) words.push(`${party} ${w.people}`);
  words.push(named("language", language));
  words.push(...wanted.map(modelName));
  if (when) words.push(named("when", when));
  if (budget) words.push(named("budget", budget));
  if (last) words.push([`${w.last_visit} ${day.format(new Date(last.at))}`, ...(last.models ?? []).map(modelName), ...Object.entries(last.answers ?? {}).map(answered)].filter(Boolean).join(" · "));
  return words.map((word) => el("span", {}, word));
}

/** What a visitor may see over somebody's shoulder calls nobody unpromising. */
export const isTold = (score) => score && score.intent !== "low";

/** What of the score comes from where. */
export function scored({ parts }) {
  const part = ({ signal, amount, points }) => `${named("score", signal).replace("{n}", amount)} +${points}`;
  return parts.length ? parts.map(part).join(" · ") : w.score_none;
}

/** An alert came, or more is known about one. */
export function takeAlert(alert) {
  if (isAnswered(alert)) {
    state.details.set(alert.visit, alert);
    return;
  }
  state.alerts.set(alert.alert, alert);
}

/** Whether it tells more about a visit that is this person's already, and asks nothing. */
function isAnswered({ alert, visit, why }) {
  if (state.details.get(visit)?.alert === alert || state.accepted.has(visit)) return true;
  const mine = state.mine.find((known) => known.id === visit);
  return Boolean(mine) && (mine.consultant === state.me || !COLLEAGUES.includes(why));
}

/** An alert needs no answer any more. */
export function takeOver({ alert, over }) {
  const was = state.alerts.get(alert);
  state.alerts.delete(alert);
  if (!was) return;
  if (over === "accepted") state.details.set(was.visit, was);
  else if (shown?.alert !== alert) return;
  else if (over === "taken" && COLLEAGUES.includes(was.why)) toast(w.over_recalled);
  else if (w[`over_${over}`]) toast(w[`over_${over}`]);
}

export function showAlerts() {
  by("alert-accept").addEventListener("click", accept);
  by("alert-pass").addEventListener("click", pass);
  // Escape is no answer.
  by("alert").addEventListener("cancel", (event) => event.preventDefault());
  document.addEventListener("visibilitychange", report);
  keepCounting();
  onChange(show);
}

function show() {
  const [next] = state.alerts.values();
  const dialog = by("alert");
  if (!next) {
    shown = null;
    stop();
    if (dialog.open) dialog.close();
    return;
  }
  const more = state.alerts.size - 1;
  say(by("alert-more"), more > 0 ? `${more} ${w.more_alerts}` : "");
  if (JSON.stringify(next) !== JSON.stringify(shown)) draw(next);
  by("alert-title").textContent = state.connected ? title(next) : w.light_red;
  if (!dialog.open) dialog.showModal();
  ring();
  report();
}

const title = ({ why, colleague }) => [w[`title_${why}`] ?? w.visitor_here, colleague && nameOf(colleague)].filter(Boolean).join(" · ");

function draw(alert) {
  if (shown?.alert !== alert.alert) say(by("alert-fault"), "");
  shown = alert;
  by("alert-who").textContent = [alert.name, named("purpose", alert.purpose)].filter(Boolean).join(" · ");
  by("alert-tags").replaceChildren(...tags(alert));
  by("alert-why").textContent = `${w.why_me} · ${named("why", alert.why)}`;
  by("alert-distance").hidden = alert.purpose !== "quiet";
  by("alert-words").textContent = alert.words;
  by("alert-accept").textContent = w[`accept_${alert.why}`] ?? w.accept;
  by("alert-pass").textContent = COLLEAGUES.includes(alert.why) ? w.pass_to_colleague : w.pass;
  countTo(alert.greet_by, alert.asked_at);
}

/** Says "shown" once it really is: painted, and on a screen that is on. */
function report() {
  const alert = shown?.alert;
  if (!alert || reported.has(alert) || document.visibilityState !== "visible") return;
  reported.add(alert);
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      send("POST", `/api/v1/alerts/${alert}/shown`).catch((problem) => {
        if (problem.code === "offline") reported.delete(alert);
      });
    }),
  );
}

async function accept() {
  const alert = shown;
  await answer(alert, "accept", undefined, () => {
    hush();
    state.details.set(alert.visit, state.details.get(alert.visit) ?? alert);
    state.accepted.set(alert.visit, alert);
    setTimeout(() => {
      state.accepted.delete(alert.visit);
      changed();
    }, 5000);
  });
}

async function pass() {
  const alert = shown;
  if (COLLEAGUES.includes(alert?.why)) {
    await answer(alert, "pass", {}, () => {});
    return;
  }
  const reasons = ["busy", "away", "colleague", "other"].map((reason) => [reason, named("pass", reason)]);
  const reason = await choose(w.pass_why, reasons);
  if (reason && state.alerts.has(alert.alert)) await answer(alert, "pass", { reason }, () => toast(w.passed_done));
}

async function answer(alert, how, body, then) {
  if (!alert || busy) return;
  busy = true;
  for (const id of ["alert-accept", "alert-pass"]) by(id).disabled = true;
  try {
    await send("POST", `/api/v1/alerts/${alert.alert}/${how}`, body);
    state.alerts.delete(alert.alert);
    then();
  } catch (problem) {
    if (problem.status >= 400 && problem.status < 500) {
      state.alerts.delete(alert.alert);
      toast(problem.text);
    } else {
      say(by("alert-fault"), problem.text);
    }
  }
  busy = false;
  for (const id of ["alert-accept", "alert-pass"]) by(id).disabled = false;
  changed();
}

// Rings this phone while its page is closed, once its person has asked for it: the browser's push service wakes the worker.
import { send } from "./api.js";
import { by, say } from "./dom.js";
import { toast } from "./sheet.js";
import { state } from "./state.js";
import { w } from "./words.js";

// Whoever asked for it on this phone: the next person who signs in here has not.
const ASKED = "push";
const PATIENCE_MS = 10000;
let id = null;

const asked = () => read() === state.me;

function read() {
  try {
    return localStorage.getItem(ASKED);
  } catch {
    return null;
  }
}

function keep(whose) {
  try {
    if (whose) localStorage.setItem(ASKED, whose);
    else localStorage.removeItem(ASKED);
  } catch {
    // Without a memory it holds until the page is opened anew.
  }
}

/** Why this browser cannot, as a key of the words; null where it can. */
function hindrance() {
  const agent = navigator.userAgent;
  if (/MicroMessenger/i.test(agent)) return "wechat";
  if (!isSecureContext) return "plain";
  if ("PushManager" in window && "Notification" in window && navigator.serviceWorker) {
    return Notification.permission === "denied" ? "denied" : null;
  }
  return /iPhone|iPad/.test(agent) && !navigator.standalone ? "home_screen" : "unable";
}

export function showPush() {
  const part = by("push");
  if (!part) return;
  by("push-switch").addEventListener("click", turn);
  document.addEventListener("visibilitychange", clear);
  clear();
  draw();
  // Push services give new addresses now and then, and sessions end: what was asked for is said again each time.
  if (asked() && !hindrance() && Notification.permission === "granted") subscribe().then(draw, draw);
}

function draw() {
  const why = hindrance();
  const button = by("push-switch");
  const on = id !== null && !why;
  button.hidden = why !== null;
  button.textContent = on ? w.push_off : w.push_on;
  button.dataset.on = String(on);
  say(by("push-hint"), why ? w[`push_${why}`] : on ? w.push_is_on : w.push_is_off);
  by("push").dataset.state = why ?? (on ? "on" : "off");
}

async function turn() {
  const button = by("push-switch");
  const on = id !== null;
  button.disabled = true;
  try {
    if (on) await unsubscribe();
    else if ((await Notification.requestPermission()) === "granted") {
      await subscribe();
      // The first notification is a trial: it shows what one looks like, and proves the way to this phone.
      await send("POST", "/api/v1/me/channels/try");
    }
    if (!hindrance() && on === (id === null)) toast(on ? w.push_went_off : w.push_came_on);
  } catch {
    toast(w.push_failed);
  }
  button.disabled = false;
  draw();
}

/** The page shows what is true now; a notification of a while ago may not be any more. */
async function clear() {
  if (document.visibilityState !== "visible") return;
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  for (const old of (await registration?.getNotifications?.()) ?? []) old.close();
}

async function subscribe() {
  const { pushManager } = await worker();
  const options = { userVisibleOnly: true, applicationServerKey: by("push").dataset.key };
  const subscription = await pushManager.subscribe(options).catch(async (refused) => {
    // One that was made with another key stands in the way.
    const old = await pushManager.getSubscription();
    if (!old) throw refused;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint, keys } = subscription.toJSON();
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  ({ id } = await send("PUT", "/api/v1/me/push", { endpoint, keys, language }));
  keep(state.me);
}

async function unsubscribe() {
  await send("DELETE", `/api/v1/me/push?id=${id}`);
  id = null;
  keep(null);
  const { pushManager } = await worker();
  await (await pushManager.getSubscription())?.unsubscribe();
}

/** The worker's registration; where it could not be installed, nothing would ever come of waiting. */
const worker = () =>
  Promise.race([
    navigator.serviceWorker.ready,
    new Promise((_, fail) => setTimeout(() => fail(new Error("no worker")), PATIENCE_MS)),
  ]);

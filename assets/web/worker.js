// Where no gateway answers, the staff's page says so and comes back by itself. Nothing else is kept here: what stands on the floor
// is never shown from memory.
const CACHE = "offline-2";
const PAGE = "/offline";
const PARTS = [PAGE, "/assets/tokens.css", "/assets/page.css", "/assets/offline.js"];

self.addEventListener("install", (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll(PARTS));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(begin()));

/** What an older worker kept goes, and every page is this one's. */
async function begin() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  const path = new URL(url).pathname;
  if (mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  else if (PARTS.includes(path)) event.respondWith(fresh(event.request));
});

/** What the gateway has now, kept for later; without it, what was kept. */
async function fresh(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
    return answer;
  } catch (away) {
    return (await caches.match(request)) ?? Promise.reject(away);
  }
}

// So long it is said that a colleague comes.
const OVER_MS = 5000;

// The page is closed and somebody waits: the push service brings a few words, and never a name.
self.addEventListener("push", (event) => event.waitUntil(ring(event.data)));

/** A push that shows nothing would cost the permission to be pushed at all, so whatever came, something is shown. */
async function ring(data) {
  const { alert, over, title, line, language, tag } = read(data);
  const look = { lang: language === "en" ? "en" : "zh-Hans", icon: "/assets/icon.svg", body: line ?? "请打开页面 Open the page", tag: tag ?? "unread" };
  if (over) return hush(title, look);
  await self.registration.showNotification(title ?? "迎宾", { ...look, requireInteraction: true, renotify: true, data: { alert } });
  // On the screen now, though nobody has touched it. Whoever is signed out reports nothing, and is shown the way when they tap.
  if (alert) await fetch(`/api/v1/alerts/${alert}/shown?channel=push`, { method: "POST" }).catch(() => {});
}

/** What is over rings nobody: it takes the place of what rang, and goes by itself. Before a page that is looked at nothing has to be shown. */
async function hush(title, look) {
  const standing = () => self.registration.getNotifications({ tag: look.tag });
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some(({ visibilityState }) => visibilityState === "visible")) {
    for (const old of await standing()) old.close();
    return;
  }
  await self.registration.showNotification(title, { ...look, silent: true, data: { over: true } });
  // Only once the browser has seen that something was shown; a worker that is ended before leaves it to the next page.
  setTimeout(async () => {
    for (const old of await standing()) if (old.data?.over) old.close();
  }, OVER_MS);
}

function read(data) {
  try {
    return data.json();
  } catch {
    return {};
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(come(event.notification.data?.alert));
});

/** To the page that is open, or to a new one. */
async function come(alert) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find(({ url }) => new URL(url).pathname === "/floor");
  return open ? open.focus() : self.clients.openWindow(alert ? `/floor?alert=${alert}` : "/floor");
}

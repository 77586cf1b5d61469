// Where no gateway answers, the staff's page says so and comes back by itself. Nothing else is kept here: what stands on the floor
// is never shown from memory.
const CACHE = "offline";
const PAGE = "/offline";
const PARTS = [PAGE, "/assets/tokens.css", "/assets/page.css", "/assets/offline.js"];

self.addEventListener("install", (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll(PARTS));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

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

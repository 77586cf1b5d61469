// The morning's checklist: a tap ticks, another takes it back; what colleagues tick shows when the page is looked at again.
import { get, send } from "./api.js";
import { by, say } from "./dom.js";

const rows = () => [...document.querySelectorAll("[data-item]")];
const lang = document.documentElement.lang;

function show({ items }) {
  for (const { item, done } of items) {
    const row = document.querySelector(`[data-item="${item}"]`);
    if (!row) continue;
    row.setAttribute("aria-pressed", String(Boolean(done)));
    const at = done && new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: document.body.dataset.zone }).format(new Date(done.at));
    row.querySelector(".looked").textContent = done ? `${done.name} ${at}` : "";
  }
  count();
}

function count() {
  const done = rows().filter((row) => row.getAttribute("aria-pressed") === "true").length;
  by("count").textContent = String(done);
  by("ready").hidden = done < Number(by("count").dataset.all) || done === 0;
}

async function tick(row) {
  const done = row.getAttribute("aria-pressed") !== "true";
  // What a finger does shows at once; the gateway's answer sets it right where it must.
  row.setAttribute("aria-pressed", String(done));
  say(by("fault"), "");
  try {
    await send("PUT", `/api/v1/morning/${row.dataset.item}`, { done });
  } catch (problem) {
    say(by("fault"), problem.text);
  }
  await look();
}

async function look() {
  try {
    show(await get("/api/v1/morning"));
  } catch {
    // The next look brings it.
  }
}

document.addEventListener("click", ({ target }) => {
  const row = target.closest("[data-item]");
  if (row) tick(row);
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());

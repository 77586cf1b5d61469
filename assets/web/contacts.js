// Contacts in a list: one is shown in full for a minute, or erased for good. The gateway puts either on record before it answers.
import { send } from "./api.js";
import { by, el, say } from "./dom.js";
import { w } from "./words.js";

const SHOWN_MS = 60000;
// What is shown in full now, by lead; a list that is written anew shows it again.
const shown = new Map();
// What was erased here, until the list says so itself.
const erased = new Set();

const lineOf = (lead) => document.querySelector(`[data-lead="${lead}"]`);

/** Listens to the buttons of every list on the page. */
export function watchContacts() {
  document.addEventListener("click", ({ target }) => {
    const line = target.closest("[data-lead]");
    if (line && target.closest(".reveal")) reveal(line.dataset.lead);
    if (line && target.closest(".erase")) erase(line.dataset.lead);
  });
}

/** After the list was written anew. */
export function keepContacts() {
  for (const [lead, contact] of shown) fill(lead, contact);
  for (const lead of erased) wipe(lead);
}

async function reveal(lead) {
  const contact = await tell("POST", lead, "/reveal");
  if (!contact) return;
  shown.set(lead, contact);
  fill(lead, contact);
  setTimeout(() => {
    shown.delete(lead);
    hide(lead);
  }, SHOWN_MS);
}

async function erase(lead) {
  const line = lineOf(lead);
  const dialog = by("erase");
  by("erase-who").textContent = [".who", ".number"].map((part) => line.querySelector(part).textContent).join(" ");
  dialog.returnValue = "";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "erase" || !(await tell("DELETE", lead, ""))) return;
    shown.delete(lead);
    erased.add(lead);
    wipe(lead);
  };
  dialog.showModal();
}

async function tell(method, lead, what) {
  say(by("contact-fault"), "");
  try {
    return await send(method, `/api/v1/leads/${lead}${what}`);
  } catch (problem) {
    say(by("contact-fault"), problem.text);
    return null;
  }
}

function fill(lead, { name, title, phone }) {
  const line = lineOf(lead);
  if (!line) return;
  const [who, number, button] = [".who", ".number", ".reveal"].map((part) => line.querySelector(part));
  who.dataset.masked ??= who.textContent;
  number.dataset.masked ??= number.textContent;
  who.textContent = addressed(name ?? "", title ? w[`title_${title}`] : "");
  number.replaceChildren(phone ? el("a", { href: `tel:${phone}` }, phone) : "");
  if (button) button.hidden = true;
}

// As the gateway writes the masked one: 诸葛女士, Ms Zhuge.
const addressed = (name, title) => (document.documentElement.lang === "en" ? `${title} ${name}`.trim() : name + title);

function hide(lead) {
  const line = lineOf(lead);
  if (!line) return;
  for (const part of line.querySelectorAll("[data-masked]")) part.textContent = part.dataset.masked;
  const button = line.querySelector(".reveal");
  if (button) button.hidden = false;
}

function wipe(lead) {
  const line = lineOf(lead);
  if (!line) return;
  for (const part of [".who", ".number"]) line.querySelector(part).textContent = w.erased;
  line.querySelector(".acts").replaceChildren();
}

// Building elements. Text is always set as text, never as markup.

export const by = (id) => document.getElementById(id);

/** el("li", { class: "x", onclick: f, "data-a": 1 }, "text", child, …) */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

export const button = (word, kind, act) => el("button", { type: "button", class: `button ${kind}`, onclick: act }, word);

/** Shows or hides, and sets the text. */
export function say(element, text) {
  element.textContent = text ?? "";
  element.hidden = !text;
}

/** Says what is wrong, where it is seen: not behind a form's buttons. */
export function complain(element, text) {
  say(element, text);
  element.scrollIntoView({ block: "center" });
}

// What a finger is on stays until it is up again: a press that ends on another button than it began on is no press, and the tap
// would be lost.
const AFTER_MS = 100;
const held = new Map();
let under = null;
let letting = null;

addEventListener("pointerdown", ({ target }) => ((under = target), clearTimeout(letting)), true);
// The click follows, at once or a little later; where none does, as after a scroll, that is soon enough.
for (const up of ["pointerup", "pointercancel"]) addEventListener(up, () => (letting = setTimeout(letGo, AFTER_MS)), true);
addEventListener("click", () => setTimeout(letGo), true);

function letGo() {
  under = null;
  const waiting = [...held.values()];
  held.clear();
  for (const draw of waiting) draw();
}

/** Whether a finger is on this part of the page. */
export const isHeld = (part) => Boolean(under && part.contains(under));

/** Keeps one child a item: those that did not change stay as they are, and a list that a finger is on waits. */
export function keyed(list, items, key, build) {
  if (isHeld(list)) {
    held.set(list, () => keyed(list, items, key, build));
    return;
  }
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, place) => {
    const id = key(item);
    const print = JSON.stringify(item);
    let child = old.get(id);
    old.delete(id);
    if (!child || child.print !== print) {
      const fresh = build(item);
      fresh.dataset.key = id;
      fresh.print = print;
      child?.remove();
      child = fresh;
    }
    if (list.children[place] !== child) list.insertBefore(child, list.children[place] ?? null);
  });
  for (const gone of old.values()) gone.remove();
}

/** What is listed in a hidden list of the page: [value, word] pairs. */
export const listed = (id) => [...by(id).children].map((item) => [item.dataset.value, item.textContent]);

// A sheet of choices from below, a pad for a few words, and the line that offers to take something back.
import { by, button, el } from "./dom.js";
import { realMs } from "./state.js";

// As long as the gateway takes things back.
const UNDO_MS = Number(document.body.dataset.undo);
// Long enough to be read.
const LETTER_MS = 150;
let fading = null;
// What can be taken back, and until when; other news stands before it only for a moment.
let undoable = null;

/** Asks for one of [value, word]; gives the value, or null. `rows` stand above: what may be said before the choice. */
export function choose(title, choices, rows = []) {
  const sheet = by("sheet");
  by("sheet-title").textContent = title;
  by("sheet-rows").replaceChildren(...rows);
  return new Promise((answer) => {
    const done = (value) => {
      sheet.onclose = null;
      if (sheet.open) sheet.close();
      answer(value);
    };
    by("sheet-choices").replaceChildren(
      ...choices.map(([value, word]) => button(word, "second", () => done(value))),
    );
    // A choice that follows another opens the sheet before the closing of the first is told.
    sheet.onclose = () => sheet.open || done(null);
    if (!sheet.open) sheet.showModal();
  });
}

/** A row of [value, word] of which one may be picked; where nothing stands at first, a second tap takes it back. */
export function pick(title, choices, chosen, picked) {
  const first = chosen;
  const row = el("fieldset", { class: "pick" }, el("legend", {}, title));
  const buttons = choices.map(([value, word]) => [
    value,
    button(word, "second", () => {
      chosen = chosen === value ? first : value;
      show();
      picked(chosen);
    }),
  ]);
  const show = () => buttons.forEach(([value, one]) => one.setAttribute("aria-pressed", String(value === chosen)));
  show();
  row.append(...buttons.map(([, one]) => one));
  return row;
}

/** Asks for a few lines of text; gives them, or null. */
export function write(title, hint, text) {
  const pad = by("pad");
  const field = by("pad-text");
  by("pad-title").textContent = title;
  by("pad-hint").textContent = hint;
  field.value = text;
  return new Promise((answer) => {
    pad.onclose = () => answer(pad.returnValue === "save" ? field.value.trim() : null);
    pad.returnValue = "";
    pad.showModal();
  });
}

/** Says what was done; with `undo`, offers to take it back. */
export function toast(text, undo) {
  if (undo) undoable = { text, undo, until: performance.now() + realMs(UNDO_MS) };
  show(text, undo, undo ? realMs(UNDO_MS) : Math.max(4000, text.length * LETTER_MS));
}

function show(text, undo, ms) {
  const line = by("toast");
  const [words, back, close] = line.children;
  words.textContent = text;
  back.hidden = !undo;
  back.onclick = () => {
    hush();
    undo?.();
  };
  close.onclick = hush;
  line.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(fade, ms);
}

function fade() {
  const left = undoable ? undoable.until - performance.now() : 0;
  if (left > 0) show(undoable.text, undoable.undo, left);
  else hush();
}

/** What can no longer be taken back is offered no longer. */
export function hush() {
  undoable = null;
  clearTimeout(fading);
  by("toast").hidden = true;
}

/** Does something and says what came of it; `undo` gives the way back. */
export async function act(what, done, undo) {
  try {
    await what();
    if (done) toast(done, undo && (() => act(undo)));
    return true;
  } catch (problem) {
    toast(problem.text ?? String(problem));
    return false;
  }
}

// Questions that break the ice, as one tap each; and the display car to invite to, where it stands.
import { by, el } from "./dom.js";
import { tell } from "./visit.js";
import { w } from "./words.js";

// Whoever comes for a car; not a complaint, a repair or a parcel.
const ABOUT_CARS = ["browse", "model", "test_drive", "appointment", "quiet", "help"];
const MOST_CARS = 3;

const read = (id, item) => [...by(id).children].map(item);
let questions = null;
let models = null;

const allQuestions = () =>
  (questions ??= read("questions", ({ dataset, firstElementChild }) => ({
    id: dataset.value,
    zh: dataset.zh,
    en: dataset.en,
    strangers: dataset.strangers === "true",
    answers: [...firstElementChild.children].map((answer) => [answer.dataset.value, answer.textContent]),
  })));

const allModels = () =>
  (models ??= read("models", ({ dataset, textContent }) => ({
    id: dataset.value,
    name: textContent,
    place: dataset.place,
    fits: dataset.fits.split(" ").filter(Boolean),
  })));

/** What somebody answered, in words; nothing for a question that is asked no more. */
export function answered([question, answer]) {
  return allQuestions().find(({ id }) => id === question)?.answers.find(([id]) => id === answer)?.[1];
}

/** The questions, in the visitor's language for they are said aloud, and the cars that fit; nothing where no car is asked for. */
export function icebreakers(visit) {
  if (!ABOUT_CARS.includes(visit.purpose)) return [];
  const known = Boolean(visit.own_customer || visit.last_visit);
  const asked = allQuestions().filter(({ strangers }) => !(strangers && known));
  return [...asked.map((question) => chips(visit, question)), invitation(visit)];
}

function chips(visit, question) {
  const said = visit.answers?.[question.id];
  const chip = ([id, word]) =>
    el("button", { type: "button", class: "chip", "aria-pressed": String(said === id), onclick: () => answer(visit, question.id, id) }, word);
  return el(
    "fieldset",
    { class: "chips" },
    el("legend", { lang: visit.language === "en" ? "en" : "zh-Hans" }, question[visit.language] ?? question.zh),
    el("div", {}, ...question.answers.map(chip)),
  );
}

function answer(visit, question, id) {
  if (visit.answers?.[question] === id) return;
  tell(visit.id, "answers", { question, answer: id }, undefined, { answers: { ...visit.answers, [question]: id } });
}

/** What was asked for comes before what an answer fits, and a car that stands here before one that does not. */
function invitation({ models: wanted = [], answers = {} }) {
  const said = Object.values(answers);
  const asked = allModels().filter((model) => wanted.includes(model.id));
  const fitting = allModels().filter((model) => model.place && model.fits.some((fit) => said.includes(fit)));
  const cars = (asked.length ? asked : fitting).slice(0, MOST_CARS);
  if (!cars.length) return null;
  const line = (car) => el("li", {}, el("strong", {}, car.name), el("span", { class: "quiet" }, car.place || w.not_on_display));
  return el("div", { class: "invite" }, el("p", { class: "words-title" }, w.invite_to), el("ul", {}, ...cars.map(line)));
}

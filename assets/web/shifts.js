// The plan of shifts: a cell changes one day, a name every week, and the table below the year's holidays.
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { by, say } from "./dom.js";
import { named, w } from "./words.js";

const HOURS = /^(\d\d:\d\d)\s*[-–—~]\s*(\d\d:\d\d)$/;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
// How a day is worked, as files write it and as the page does.
const WORKS = new Map([["off", w.off], ...DAYS.map((day) => [day, named("weekday", day)])].flatMap(([works, word]) => [works, word.toLowerCase()].map((text) => [text, works])));

/** "09:00-12:00 13:00-18:00" as spans; null where it cannot be read. What the hours mean together the gateway judges. */
function spans(text) {
  const parts = text.replaceAll("：", ":").replace(/\s*[-–—~～]\s*/g, "-").split(/[\s,，、;；]+/).filter(Boolean);
  const read = parts.map((part) => HOURS.exec(part.replace(/^(\d:)/, "0$1").replace(/-(\d:)/, "-0$1")));
  return read.every(Boolean) ? read.map(([, from, to]) => `${from}-${to}`) : null;
}

function editDay(row, cell) {
  const { date, hours, label, single } = cell.dataset;
  by("day-title").textContent = label;
  by("day-hours").value = hours;
  by("day-week").hidden = single !== "true";
  const path = `/api/v1/shifts/${row.dataset.staff}/days/${date}`;
  ask(by("day"), by("day-fault"), w.bad_hours, (what) => {
    if (what === "week") return ["DELETE", path];
    const read = what === "off" ? [] : spans(by("day-hours").value);
    return read && ["PUT", path, { hours: read }];
  });
}

function editWeek(row) {
  const { staff, name, week, planned } = row.dataset;
  const fields = [...by("week").querySelectorAll("input")];
  const known = new Map(week.split(";").map((part) => part.split("=")));
  by("person-title").textContent = name;
  for (const field of fields) field.value = known.get(field.name) ?? "";
  by("week-none").hidden = planned !== "true";
  by("week-fill").onclick = () => {
    for (const field of fields.slice(1, 5)) field.value = fields[0].value;
  };
  const path = `/api/v1/shifts/${staff}`;
  ask(by("week"), by("week-fault"), w.bad_hours, (what) => {
    if (what === "none") return ["DELETE", path];
    const read = fields.map((field) => [field.name, spans(field.value)]);
    return read.every(([, hours]) => hours) ? ["PUT", path, { week: Object.fromEntries(read) }] : null;
  });
}

/** A line of the year: date, how it is worked, name; by spaces or by commas. */
function special(line) {
  const [date, works, ...name] = line.trim().split(/[\s,，]+/);
  const as = WORKS.get(works?.toLowerCase());
  return /^\d{4}-\d\d-\d\d$/.test(date) && as && name.length > 0 ? { date, works: as, name: name.join(" ") } : null;
}

async function saveYear(event) {
  event.preventDefault();
  const lines = by("year-table").value.split("\n");
  const read = lines.map((line) => (line.trim() ? special(line) : undefined));
  const bad = read.indexOf(null);
  if (bad >= 0) return say(by("year-fault"), w.year_line.replace("{n}", String(bad + 1)));
  try {
    await send("PUT", `/api/v1/calendar/${by("year").dataset.year}`, { days: read.filter(Boolean) });
    location.reload();
  } catch (problem) {
    say(by("year-fault"), problem.code === "bad_body" ? w.year_bad : problem.text);
  }
}

by("rota")?.addEventListener("click", ({ target }) => {
  const cell = target.closest("[data-edit]");
  if (!cell) return;
  const row = cell.closest("tr");
  if (cell.dataset.edit === "day") editDay(row, cell);
  else editWeek(row);
});
by("year").addEventListener("submit", saveYear);
by("year-file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  // What spreadsheets write begins with a mark that is no part of the first line, and may have a line of titles.
  if (file) by("year-table").value = (await file.text()).replace(/^\uFEFF/, "").replace(/^[^\d\n]*\n/, "").trim();
  target.value = "";
});

// Who is expected: made, moved, taken off and put back. What was taken off stays in the list to be put back.
import { send } from "./api.js";
import { by, complain, say } from "./dom.js";
import { tell } from "./reveal.js";
import { w } from "./words.js";

const terms = by("terms");

/** The form, empty, for a lead, or with what was agreed on; saved until it is left, so that nothing typed is lost over a fault. */
function arrange(row, lead) {
  const form = terms.querySelector("form");
  const fields = form.elements;
  form.reset();
  fields.date.value = terms.dataset.day;
  const options = [...fields.consultant.options].map((option) => option.value);
  fields.consultant.value = options.includes(terms.dataset.me) ? terms.dataset.me : options[0];
  by("terms-title").textContent = row ? w.move_it : w.make;
  if (row) {
    const { time, minutes, consultant, matter, models, name, title, note } = row.dataset;
    const model = models.split(" ")[0];
    for (const [field, value] of Object.entries({ time, minutes, consultant, matter, model, name, title, note })) fields[field].value = value;
  }
  if (lead) fields.model.value = lead.models.split(" ")[0];
  if (by("of-lead")) by("of-lead").hidden = !lead;
  say(by("terms-fault"), "");
  by("despite").hidden = true;
  form.onsubmit = async (event) => {
    const what = event.submitter?.value ?? "save";
    if (!what) return;
    event.preventDefault();
    try {
      const path = row ? `/api/v1/appointments/${row.dataset.appointment}` : "/api/v1/appointments";
      await send(row ? "PUT" : "POST", path, said(fields, row, lead, what === "despite"));
      location.assign(`/appointments?day=${fields.date.value}`);
    } catch (problem) {
      by("despite").hidden = problem.code !== "double_booked";
      const own = { bad_body: w.bad_appointment, double_booked: w.double_hint };
      complain(by("terms-fault"), own[problem.code] ?? problem.text);
    }
  };
  terms.showModal();
  // What no lead says: when.
  if (lead) fields.time.focus();
}

function said(fields, row, lead, despite) {
  const body = { despite };
  if (lead) body.lead = lead.lead;
  for (const field of ["date", "time", "consultant", "matter"]) body[field] = fields[field].value;
  if (fields.minutes.value) body.minutes = Number(fields.minutes.value);
  // The form has room for one model; what stood beside it stays.
  const before = (row?.dataset ?? lead)?.models.split(" ").filter(Boolean) ?? [];
  body.models = fields.model.value === (before[0] ?? "") ? before : [fields.model.value].filter(Boolean);
  for (const field of ["name", "title", "phone"]) if (fields[field].value) body[field] = fields[field].value;
  if (fields.note.value || row?.dataset.note) body.note = fields.note.value;
  return body;
}

function erase(row) {
  const dialog = by("erase");
  by("erase-who").textContent = row.querySelector(".whom p").textContent;
  dialog.returnValue = "";
  dialog.onclose = async () => {
    if (dialog.returnValue === "erase" && (await tell("DELETE", row, ""))) location.reload();
  };
  dialog.showModal();
}

document.addEventListener("click", async ({ target }) => {
  const pressed = target.closest("[data-do]");
  if (!pressed) return;
  const row = pressed.closest("[data-appointment]");
  const what = pressed.dataset.do;
  if (what === "reveal") return;
  if (what === "change") arrange(row);
  else if (what === "erase") erase(row);
  else if (await tell("POST", row, `/${what}`)) location.reload();
});
by("make")?.addEventListener("click", () => arrange(null));
if (terms.dataset.lead) arrange(null, terms.dataset);

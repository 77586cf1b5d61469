// Who works here: adding, changing and taking away, and the code that lets a phone in.
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { by, say } from "./dom.js";
import { w } from "./words.js";

const form = by("person").querySelector("form");
const path = (staff, what = "") => `/api/v1/people/${encodeURIComponent(staff)}${what}`;

function edit(line) {
  const { staff = "", name = "", latin = "", role = "consultant", languages = "zh", senior } = line?.dataset ?? {};
  by("person-title").textContent = line ? name : w.people_add;
  const { account, badge, letters, job, speaks, old } = form.elements;
  account.value = staff;
  // An account is a name for ever: records have it.
  account.disabled = Boolean(line);
  [badge.value, letters.value, job.value, old.checked] = [line ? name : "", latin, role, senior === "true"];
  for (const box of speaks) box.checked = languages.split(" ").includes(box.value);
  ask(by("person"), by("person-fault"), w.people_bad, () => {
    const spoken = [...speaks].filter((box) => box.checked).map((box) => box.value);
    const said = { name: badge.value, latin: letters.value || null, role: job.value, senior: old.checked, languages: spoken, new: !line };
    return badge.value.trim() && spoken.length ? ["PUT", path(account.value.trim().toLowerCase()), said] : null;
  });
}

async function code(line) {
  try {
    const { url, qr, local } = await send("POST", path(line.dataset.staff, "/code"));
    by("code-who").textContent = line.dataset.name;
    by("code-picture").src = `data:image/svg+xml,${encodeURIComponent(qr)}`;
    by("code-local").hidden = !local;
    by("code-copy").textContent = w.code_copy;
    by("code-copy").onclick = async () => {
      await navigator.clipboard.writeText(url);
      by("code-copy").textContent = w.code_copied;
    };
    by("code-link").textContent = url;
    // Whoever was let in meanwhile is shown so.
    by("code").onclose = () => location.reload();
    by("code").showModal();
  } catch (problem) {
    say(by("people-fault"), problem.text);
  }
}

function signOut(line) {
  by("sign-out-who").textContent = line.dataset.name;
  const done = () => say(by("people-said"), `${line.dataset.name} · ${w.people_signed_out}`);
  ask(by("sign-out"), by("sign-out-fault"), w.problem, () => ["DELETE", path(line.dataset.staff, "/sessions")], done);
}

function remove(line) {
  by("remove-who").textContent = line.dataset.name;
  ask(by("remove"), by("remove-fault"), w.problem, () => ["DELETE", path(line.dataset.staff)]);
}

const acts = { edit, code, "sign-out": signOut, remove };

document.addEventListener("click", ({ target }) => {
  const act = acts[target.closest("[data-act]")?.dataset.act];
  if (!act) return;
  say(by("people-fault"), "");
  say(by("people-said"), "");
  act(target.closest("[data-staff]"));
});

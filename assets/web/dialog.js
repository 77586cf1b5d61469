// A form in a dialog: asked until it is saved or left, so that what was typed is not lost over a fault.
import { send } from "./api.js";
import { complain, say } from "./dom.js";

/**
 * `save` gives the write for the button that was pressed, or null where what was typed cannot be read; `bad` says so, also where the gateway
 * finds it. `then` is called with the answer; without it the page is loaded anew.
 */
export function ask(dialog, fault, bad, save, then) {
  say(fault, "");
  dialog.querySelector("form").onsubmit = async (event) => {
    const what = event.submitter?.value ?? "save";
    if (!what) return;
    event.preventDefault();
    const write = save(what);
    if (!write) return complain(fault, bad);
    try {
      const answer = await send(...write);
      dialog.close();
      if (then) then(answer);
      else location.reload();
    } catch (problem) {
      complain(fault, problem.code === "bad_body" ? bad : problem.text);
    }
  };
  dialog.showModal();
}

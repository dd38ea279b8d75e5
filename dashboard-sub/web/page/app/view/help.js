// What keys and filters there are.

import { html, useEffect, useRef } from "../dom.js";
import { isHelpOpen, KEYS } from "../keys.js";
import { MARKS, Mark, STATUSES } from "../status.js";

/** What each status means. */
const MEANINGS = {
  ok: "nothing is wrong with what is known",
  unknown: "nobody knows: readings are denied or failed",
  warning: "somebody should look at it some time",
  stale: "it is known only how it was before",
  critical: "somebody should look at it now",
};

export function Help() {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return html`<dialog ref=${dialog} class="help" aria-labelledby="help-title" onClose=${() => (isHelpOpen.value = false)}>
    <h2 id="help-title">Help</h2>
    <h3>Keys</h3>
    <dl class="facts">${KEYS.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}</dl>
    <h3>Filters</h3>
    <p>Terms with spaces between: a key, an operator (<code>${"= != < <= > >= ~"}</code>) and a value, or a part of a name; <code>!</code> turns a term around.</p>
    <p><code>${"gpu.temp>70 group=lab"}</code> <code>status!=ok</code> <code>host=srv*</code> <code>finding~borg</code></p>
    <h3>Marks</h3>
    <dl class="facts">
      ${STATUSES.map((status) => html`<div key=${MARKS[status]}><dt><${Mark} status=${status} word /></dt><dd>${MEANINGS[status]}</dd></div>`)}
    </dl>
    <button type="button" onClick=${close}>Close</button>
  </dialog>`;
}

// systemd's timers.

import { html } from "../../dom.js";
import { ago, span } from "../../format.js";
import { Table } from "../parts.js";

/** @param {{ panels: any }} props */
export function Timers({ panels: { timers } }) {
  const now_s = Date.now() / 1000;
  return html`<${Table} label="Timers" columns=${[["Timer"], ["Last"], ["Next"], ["Result"]]}
    rows=${timers.map((/** @type {any} */ it) => [
      it.name.replace(/\.timer$/, ""),
      it.last_s == null ? "" : ago(it.last_s),
      it.next_s == null ? "" : `in ${span(Math.max(0, it.next_s - now_s))}`,
      it.result ?? "",
    ])} />`;
}

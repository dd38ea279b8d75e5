// Processes that take the most.

import { html } from "../../dom.js";
import { bytes, count, percent } from "../../format.js";
import { Table } from "../parts.js";

/** @param {{ panels: any }} props */
export function Processes({ panels: { processes } }) {
  return html`
    ${processes.total != null && html`<p class="faint">${count(processes.total)} in all</p>`}
    <${Table} label="Processes" columns=${[["Process"], ["CPU", true], ["Memory", true]]}
      rows=${processes.list.map((/** @type {any} */ it) => [`${it.name}${it.count > 1 ? ` ×${it.count}` : ""}`, percent(it.cpu_percent), bytes(it.memory_bytes)])} />
  `;
}

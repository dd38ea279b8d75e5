// Docker's and Podman's containers.

import { html } from "../../dom.js";
import { bytes, count, percent } from "../../format.js";
import { Table } from "../parts.js";

/** @param {{ panels: any }} props */
export function Containers({ panels: { containers } }) {
  return html`
    <p class="faint">${count(containers.running)} run</p>
    <${Table} label="Containers" columns=${[["Container"], ["Runtime"], ["CPU", true], ["Memory", true], ["Tasks", true]]}
      rows=${containers.list.map((/** @type {any} */ it) => [
        it.name ?? it.id,
        it.runtime ?? "",
        percent(it.cpu_percent),
        `${bytes(it.memory_bytes)}${it.memory_limit_bytes == null ? "" : ` of ${bytes(it.memory_limit_bytes)}`}`,
        count(it.tasks),
      ])} />
  `;
}

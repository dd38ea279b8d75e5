// systemd's services.

import { html } from "../../dom.js";
import { ago, bytes, count, percent } from "../../format.js";
import { Mark } from "../../status.js";
import { Table } from "../parts.js";

/** @param {{ panels: any, shown: any }} props */
export function Services({ panels: { services }, shown }) {
  const statuses = new Map(shown.detail.findings.filter((/** @type {any} */ it) => it.panel === "service").map((/** @type {any} */ it) => [it.subject, it.status]));
  const states = [
    [services.healthy, "up"],
    [services.degraded, "degraded"],
    [services.failed, "failed"],
    [services.untold, "not told"],
  ];
  return html`
    <p class="faint">${states.filter(([number]) => number > 0).map(([number, state]) => `${count(number)} ${state}`).join(", ")}</p>
    <${Table} label="Services" columns=${[["Service"], ["State"], ["CPU", true], ["Memory", true], ["Restarts", true], ["Since"]]}
      rows=${services.list.map((/** @type {any} */ it) => [
        html`<${Mark} status=${statuses.get(it.name) ?? "ok"} /> ${it.name.replace(/\.service$/, "")}`,
        [it.state, it.substate && `(${it.substate})`, it.result && `: ${it.result.replaceAll("-", " ")}`].filter(Boolean).join(" "),
        it.cpu_percent == null ? "" : percent(it.cpu_percent),
        it.memory_bytes == null ? "" : `${bytes(it.memory_bytes)}${it.memory_limit_bytes == null ? "" : ` of ${bytes(it.memory_limit_bytes)}`}`,
        it.restarts > 0 ? count(it.restarts) : "",
        it.started_s == null ? "" : ago(it.started_s),
      ])} />
  `;
}

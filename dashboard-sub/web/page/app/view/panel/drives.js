// Drives: health, wear and temperature, and what goes to and from them.

import { html } from "../../dom.js";
import { celsius, count, decimal, percent, rate, span } from "../../format.js";
import { grade, Mark } from "../../status.js";
import { Facts, Gauge } from "../parts.js";

/** @param {{ panels: any, shown: any }} props */
export function Drives({ panels: { disks }, shown }) {
  return html`<ul class="things">
    ${disks.drives.map((/** @type {any} */ drive) => html`<${Drive} key=${drive.name} drive=${drive} findings=${shown.detail.findings} />`)}
  </ul>`;
}

/** @param {{ drive: any, findings: any[] }} props */
function Drive({ drive, findings }) {
  const finding = findings.find((it) => it.panel === "drive" && (it.subject === drive.name || `${it.subject}n1` === drive.name));
  const warnings = [drive.critical_warning, drive.warnings].filter((words) => words && words !== "none").join(" ").replaceAll("_", " ");
  return html`<li>
    <h3><${Mark} status=${finding?.status ?? "ok"} /> ${drive.name} <span class="faint">${drive.model ?? ""} ${drive.capacity_bytes == null ? "" : decimal(drive.capacity_bytes)}</span></h3>
    ${drive.passed === false && html`<p class="is-critical">about to fail</p>`}
    ${warnings && html`<p class="is-critical">${warnings}</p>`}
    ${drive.wear_percent != null && html`<${Gauge} label="wear" value=${drive.wear_percent} status=${grade("drive_wear", drive.wear_percent)} text=${percent(drive.wear_percent)} />`}
    ${drive.busy_percent != null && html`<${Gauge} label="busy" value=${drive.busy_percent} text=${percent(drive.busy_percent)} />`}
    <${Facts} facts=${[
      ["read, written", drive.read_bytes_per_second != null && `${rate(drive.read_bytes_per_second)}, ${rate(drive.write_bytes_per_second)}`],
      ["temperature", drive.temperature_celsius != null && celsius(drive.temperature_celsius)],
      ["health", drive.state && drive.state !== "ok" && drive.state],
      ["on", drive.power_on_s != null && span(drive.power_on_s)],
      ["spare", drive.spare_percent != null && percent(drive.spare_percent)],
      ["errors", drive.media_errors != null && count(drive.media_errors)],
      ["reallocated", drive.sectors_reallocated != null && count(drive.sectors_reallocated)],
      ["pending", drive.sectors_pending != null && count(drive.sectors_pending)],
    ].filter(([, value]) => value)} />
  </li>`;
}

// The processor.

import { html } from "../../dom.js";
import { celsius, count, hertz, percent, plain } from "../../format.js";
import { grade } from "../../status.js";
import { Facts, Gauge } from "../parts.js";

/** @param {{ panels: any }} props */
export function Cpu({ panels: { cpu, machine, pressure } }) {
  return html`
    <p class="faint">${machine.processor}</p>
    <${Gauge} label="use" value=${cpu.use_percent} status=${grade("cpu_use", cpu.use_percent)} text=${percent(cpu.use_percent)} />
    ${cpu.cores.length > 1 &&
    html`<div class="cores" role="img" aria-label=${`${cpu.cores.length} cores, the busiest at ${percent(Math.max(...cpu.cores.map((/** @type {any} */ core) => core.use_percent ?? 0)))}`}>
      ${cpu.cores.map((/** @type {any} */ core) => html`<i key=${core.core} style=${{ height: `${Math.max(3, core.use_percent ?? 0)}%` }}></i>`)}
    </div>`}
    <${Facts} facts=${[
      ["load", [cpu.load1, cpu.load5, cpu.load15].map(plain).join("  ")],
      ["cores", count(cpu.cores_online)],
      ["user, system", `${percent(cpu.user_percent)}, ${percent(cpu.system_percent)}`],
      ["waits for I/O", percent(cpu.iowait_percent)],
      ["stolen", cpu.steal_percent > 0 && percent(cpu.steal_percent)],
      ["clock", hertz(cpu.frequency_hertz)],
      ["temperature", celsius(cpu.temperature_celsius)],
      ["tasks", `${count(cpu.tasks_running)} of ${count(cpu.tasks)} run`],
      ["pressure", percent(pressure.cpu_some_avg10_percent)],
    ].filter(([, value]) => value)} />
  `;
}

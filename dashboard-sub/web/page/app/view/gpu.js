// GPUs: a card for each, with what matters in big numbers, and the programs on them.

import { html } from "../dom.js";
import { bytes, celsius, count, hertz, percent, rate, watts } from "../format.js";
import { grade, Mark } from "../status.js";
import { Spark } from "./chart.js";
import { Big, Facts, Gauge, Table } from "./parts.js";

/** @param {{ gpu: { gpus: any[], processes: any[] }, host: string }} props */
export function GpuCards({ gpu, host }) {
  const whole = gpu.gpus.filter((it) => !it.name.includes("/"));
  const [{ driver, cuda } = {}] = whole.filter((it) => it.driver);
  return html`<section aria-labelledby="gpus">
    <h2 id="gpus" class="section-title">GPUs <span class="faint">${driver ? `driver ${driver}${cuda ? `, CUDA ${cuda}` : ""}` : ""}</span></h2>
    <div class="gpus">
      ${whole.map(
        (it) => html`<${GpuCard} key=${it.name} gpu=${it} host=${host}
          instances=${gpu.gpus.filter((other) => other.name.startsWith(`${it.name}/`))}
          processes=${gpu.processes.filter((process) => process.gpu.split("/")[0] === it.name)} />`,
      )}
    </div>
  </section>`;
}

/** What there is to say of a GPU that cannot be read. @type {Record<string, string>} */
const OUT_OF_SIGHT = {
  lost: "lost: it was there and answers no more",
  suspended: "suspended: it sleeps and was not woken",
  unread: "unread: no source tells of it",
};

/** @param {{ gpu: any, host: string, instances: any[], processes: any[] }} props */
function GpuCard({ gpu, host, instances, processes }) {
  const state = gpu.state ?? "ok";
  const title = html`<h3><span class="gpu-name">${gpu.name}</span> ${gpu.model ?? "GPU"}</h3>`;
  if (state !== "ok") {
    return html`<article class="card gpu is-away">${title}<p><${Mark} status=${state === "lost" ? "critical" : "unknown"} /> ${OUT_OF_SIGHT[state] ?? state}</p></article>`;
  }
  const isShared = gpu.memory_kind === "unified" && gpu.pool_total_bytes !== undefined;
  const used = isShared ? gpu.pool_resident_bytes : gpu.memory_used_bytes;
  const total = isShared ? gpu.pool_total_bytes : gpu.memory_total_bytes;
  const power = gpu.power_limit_watts ? (gpu.power_watts / gpu.power_limit_watts) * 100 : null;
  return html`<article class="card gpu">
    ${title}
    <${Trouble} gpu=${gpu} />
    <div class="gpu-big">
      <${Big} label="use" value=${percent(gpu.use_percent)} status=${grade("gpu_use", gpu.use_percent)} />
      <${Big} label="temperature" value=${celsius(gpu.temperature_celsius)} status=${grade("gpu_temperature", gpu.temperature_celsius)} />
      <${Big} label="power" value=${watts(gpu.power_watts)} note=${gpu.power_limit_watts ? `of ${watts(gpu.power_limit_watts)}` : ""} />
    </div>
    <${Spark} host=${host} metric="gpu.use" labels=${`gpu=${gpu.name}`} most=${100} />
    <${Gauge} label=${isShared ? "memory, shared" : "memory"} value=${gpu.memory_used_percent} status=${grade("gpu_memory", gpu.memory_used_percent)}
      text=${`${bytes(used)} of ${bytes(total)}`} />
    ${power != null && html`<${Gauge} label="power" value=${power} text=${percent(power)} />`}
    ${gpu.encoder_percent != null && gpu.encoder_percent > 0 && html`<${Gauge} label="encoder" value=${gpu.encoder_percent} text=${percent(gpu.encoder_percent)} />`}
    ${gpu.decoder_percent != null && gpu.decoder_percent > 0 && html`<${Gauge} label="decoder" value=${gpu.decoder_percent} text=${percent(gpu.decoder_percent)} />`}
    <${Facts} facts=${[
      ["clock", hertz(gpu.clock_graphics_hertz ?? gpu.clock_sm_hertz)],
      ["memory clock", hertz(gpu.clock_memory_hertz)],
      ["fan", percent(gpu.fan_percent)],
      ["PCIe", gpu.pcie_generation && `gen ${gpu.pcie_generation} x${gpu.pcie_width}, in ${rate(gpu.pcie_receive_bytes_per_second)}, out ${rate(gpu.pcie_transmit_bytes_per_second)}`],
      ["NVLinks", gpu.nvlink_active && count(gpu.nvlink_active)],
      ["memory temperature", gpu.temperature_memory_celsius != null && celsius(gpu.temperature_memory_celsius)],
    ].filter(([, value]) => value)} />
    ${instances.map((it) => html`<${Gauge} key=${it.name} label=${`MIG ${it.name} ${it.model ?? ""}`} value=${it.memory_used_percent} text=${`${bytes(it.memory_used_bytes)} of ${bytes(it.memory_total_bytes)}`} />`)}
    ${processes.length > 0 && html`<${Processes} name=${gpu.name} processes=${processes} />`}
  </article>`;
}

/** What the driver reported of it, and why it is slow. @param {{ gpu: any }} props */
function Trouble({ gpu }) {
  const isSlowed = gpu.throttle && !["none", "idle"].includes(gpu.throttle);
  return html`<p class="gpu-trouble">
    ${gpu.mig && html`<span class="chip">MIG</span>`}
    ${isSlowed && html`<span class="chip is-warning"><${Mark} status="warning" /> slowed: ${gpu.throttle.replaceAll("_", " ")}</span>`}
    ${gpu.xid > 0 && html`<span class="chip is-warning"><${Mark} status="warning" /> XID ${gpu.xid}</span>`}
    ${gpu.ecc_uncorrected > 0 && html`<span class="chip is-critical"><${Mark} status="critical" /> ${gpu.ecc_uncorrected} memory errors</span>`}
  </p>`;
}

/** @param {{ name: string, processes: any[] }} props */
function Processes({ name, processes }) {
  return html`<${Table} label=${`Processes on GPU ${name}`} columns=${[["Process"], ["User"], ["PID", true], ["Memory", true], ["Use", true]]}
    rows=${processes.map((it) => [it.name ?? "?", it.user ?? "", it.pid, bytes(it.memory_bytes), it.use_percent == null ? "" : percent(it.use_percent)])} />`;
}

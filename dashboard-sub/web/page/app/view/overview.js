// The fleet at a glance: how many hosts are how, what GPUs do, and what is wrong now.

import { html, useEffect } from "../dom.js";
import { bytes, celsius, count, percent, watts } from "../format.js";
import { lookAt, seen } from "../live.js";
import { hostLink, hostsLink } from "../route.js";
import { grade, Mark, STATUSES } from "../status.js";
import { Gauge, Waiting } from "./parts.js";
import { Ring } from "./ring.js";

export function Overview() {
  useEffect(() => lookAt({ look: "overview" }), []);
  const shown = seen.value;
  if (!shown?.totals) return html`<${Waiting} />`;
  if (shown.head.hosts === 0) {
    return html`<section class="empty"><h1>No hosts yet</h1><p>${shown.head.connection}</p></section>`;
  }
  return html`
    <${Hero} head=${shown.head} totals=${shown.totals} />
    <div class="columns">
      <${Wrong} findings=${shown.wrong} total=${shown.wrong_total} />
      <${Busiest} hosts=${shown.busiest} />
    </div>
  `;
}

/** @param {{ head: any, totals: any }} props */
function Hero({ head, totals }) {
  const [ok = 0] = head.by_status;
  const share = (/** @type {number} */ used, /** @type {number} */ total) => (total > 0 ? (used / total) * 100 : null);
  const gpuMemory = share(totals.gpu_memory_used_bytes, totals.gpu_memory_total_bytes);
  const memory = share(totals.memory_used_bytes, totals.memory_total_bytes);
  return html`<section class="hero" aria-label="The fleet at a glance">
    <div class="hero-main">
      <h1><span class="hero-number">${count(ok)}</span><span class="hero-of"> of ${count(head.hosts)} hosts are well</span></h1>
      <ul class="tally">
        ${STATUSES.map((status, gravity) => {
          const number = head.by_status[gravity];
          return html`<li key=${status} class=${number ? "" : "is-none"}>
            <a href=${hostsLink(`status=${status}`)}><${Mark} status=${status} /><strong>${count(number)}</strong> ${status}</a>
          </li>`;
        })}
      </ul>
      <p class="hero-note">${head.connection}</p>
    </div>
    <div class="hero-rings">
      ${totals.gpus > 0 &&
      html`<${Ring} label="GPU use" value=${totals.gpu_use_percent} note=${`${count(totals.gpus)} GPUs, ${watts(totals.gpu_power_watts)}`} />
        <${Ring} label="GPU memory" value=${gpuMemory} note=${`${bytes(totals.gpu_memory_used_bytes)} of ${bytes(totals.gpu_memory_total_bytes)}`} />`}
      <${Ring} label="CPU use" value=${totals.cpu_percent} note="mean of all hosts" />
      <${Ring} label="Memory" value=${memory} note=${`${bytes(totals.memory_used_bytes)} of ${bytes(totals.memory_total_bytes)}`} />
    </div>
  </section>`;
}

/** @param {{ findings: any[], total: number }} props */
function Wrong({ findings, total }) {
  return html`<section class="card">
    <h2>Wrong now <span class="faint">${count(total)}</span></h2>
    ${findings.length === 0 && html`<p class="all-well"><${Mark} status="ok" /> Nothing is wrong.</p>`}
    <ul class="findings">
      ${findings.map(
        ([origin, name, gravity, panel, what]) => html`<li key=${origin + panel + what}>
          <${Mark} status=${STATUSES[gravity]} />
          <a href=${hostLink(origin)}>${name}</a>
          <span class="finding-what">${what}</span>
          <span class="chip">${panel}</span>
        </li>`,
      )}
    </ul>
    ${total > findings.length && html`<p><a href=${hostsLink("status!=ok")}>All hosts that are not well</a></p>`}
  </section>`;
}

/** @param {{ hosts: any[] }} props */
function Busiest({ hosts }) {
  if (hosts.length === 0) return null;
  return html`<section class="card">
    <h2>Busiest GPUs</h2>
    <ul class="busiest">
      ${hosts.map(
        ([origin, name, [use, memory, temperature]]) => html`<li key=${origin}>
          <a href=${hostLink(origin)}>${name}</a>
          <${Gauge} label="use" value=${use} status=${grade("gpu_use", use)} text=${percent(use)} />
          <${Gauge} label="memory" value=${memory} status=${grade("gpu_memory", memory)} text=${percent(memory)} />
          <span class=${`busiest-heat is-${grade("gpu_temperature", temperature)}`}>${celsius(temperature)}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}

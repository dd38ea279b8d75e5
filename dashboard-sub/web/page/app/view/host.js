// One host: how it is, its GPUs, and all of its panels.

import { html, useEffect } from "../dom.js";
import { ago, span } from "../format.js";
import { lookAt, seen } from "../live.js";
import { hostsLink } from "../route.js";
import { gravest, Mark } from "../status.js";
import { Charts } from "./chart.js";
import { EventList } from "./events.js";
import { GpuCards } from "./gpu.js";
import { Trouble, Waiting } from "./parts.js";
import { Agent } from "./panel/agent.js";
import { Backups } from "./panel/backups.js";
import { Containers } from "./panel/containers.js";
import { Cpu } from "./panel/cpu.js";
import { Drives } from "./panel/drives.js";
import { Links } from "./panel/links.js";
import { Memory } from "./panel/memory.js";
import { Mounts } from "./panel/mounts.js";
import { Network } from "./panel/network.js";
import { Processes } from "./panel/processes.js";
import { Services } from "./panel/services.js";
import { Timers } from "./panel/timers.js";

/**
 * A panel with what it shows, whether the host has it, and the names of its statuses.
 *
 * @type {{ id: string, title: string, View: any, has: (panels: any, shown: any) => boolean, of: string[], isWide?: boolean }[]}
 */
const PANELS = [
  { id: "cpu", title: "CPU", View: Cpu, has: ({ cpu }) => cpu.use_percent !== undefined, of: ["cpu"] },
  { id: "memory", title: "Memory", View: Memory, has: ({ memory }) => memory.total_bytes !== undefined, of: ["memory", "pressure"] },
  { id: "drives", title: "Drives", View: Drives, has: ({ disks }) => disks.drives.length > 0, of: ["drive"] },
  { id: "mounts", title: "File systems", View: Mounts, has: ({ disks }) => disks.mounts.length > 0, of: ["disk"] },
  { id: "services", title: "Services", View: Services, has: ({ services }) => services.list.length > 0, of: ["service"], isWide: true },
  { id: "backups", title: "Backups", View: Backups, has: ({ backups }) => backups.list.length > 0, of: ["backup"] },
  { id: "network", title: "Network", View: Network, has: ({ network }) => network.interfaces.length > 0, of: ["network"] },
  { id: "processes", title: "Processes", View: Processes, has: ({ processes }) => processes.list.length > 0, of: ["process"] },
  { id: "containers", title: "Containers", View: Containers, has: ({ containers }) => containers.list.length > 0, of: ["container"], isWide: true },
  { id: "timers", title: "Timers", View: Timers, has: ({ timers }) => timers.length > 0, of: [] },
  { id: "links", title: "Links", View: Links, has: (_, { links }) => links.length > 0, of: [] },
  { id: "agent", title: "Agent", View: Agent, has: ({ agent }) => agent.version !== undefined, of: ["agent"] },
];

/** @param {{ name: string }} props */
export function Host({ name }) {
  useEffect(() => lookAt({ look: "host", host: name }), [name]);
  const shown = seen.value;
  if (shown?.problem) return html`<${Trouble} problem=${shown.problem} />`;
  if (!shown?.detail) return html`<${Waiting} what="Waiting for the host" />`;
  const { detail, events } = shown;
  const { panels, findings, at_a_glance: glance } = detail;
  const isPast = glance.freshness !== "fresh" && glance.freshness !== "late";
  return html`
    <${Heading} glance=${glance} machine=${panels.machine} />
    ${findings.length > 0 && html`<${Findings} findings=${findings} />`}
    <div class=${`stack ${isPast ? "is-past" : ""}`}>
      ${panels.gpu.gpus.length > 0 && html`<${GpuCards} gpu=${panels.gpu} host=${glance.origin} />`}
      <${Charts} host=${glance.origin} metrics=${charts(panels)} />
      <div class="panels">
        ${PANELS.filter((it) => it.has(panels, shown)).map((it) => {
          const status = gravest(it.of.map((of) => glance.panels[of] ?? "ok"));
          return html`<section key=${it.id} class=${`card panel ${it.isWide ? "is-wide" : ""}`} aria-labelledby=${`panel-${it.id}`}>
            <h2 id=${`panel-${it.id}`}>${status !== "ok" && html`<${Mark} status=${status} /> `}${it.title}</h2>
            <${it.View} panels=${panels} shown=${shown} host=${glance.origin} />
          </section>`;
        })}
      </div>
    </div>
    ${Object.keys(events).length > 0 && html`<section class="card"><h2>Events</h2><${EventList} events=${events} ofOne /></section>`}
  `;
}

/** Those of which the host tells something. @param {any} panels */
function charts({ gpu, cpu, memory, network }) {
  const [first = {}] = gpu.gpus;
  const [interfaced = {}] = network.interfaces;
  const all = [
    { metric: "gpu.use", title: "GPU use", most: 100, of: first.use_percent },
    { metric: "gpu.temperature", title: "GPU temperature", of: first.temperature_celsius },
    { metric: "cpu.use", title: "CPU use", most: 100, of: cpu.use_percent },
    { metric: "memory.available", title: "Memory available", of: memory.available_bytes },
    { metric: "network.receive", title: "Received", of: interfaced.receive_bytes_per_second },
    { metric: "network.transmit", title: "Sent", of: interfaced.transmit_bytes_per_second },
  ];
  return all.filter((it) => it.of !== undefined);
}

/** @param {{ glance: any, machine: any }} props */
function Heading({ glance, machine }) {
  const age = glance.age_ms / 1000;
  const words = {
    fresh: `${span(age)} ago`,
    late: `late: heard ${span(age)} ago`,
    silent: `silent: heard ${span(age)} ago, figures are of then`,
    dead: `dead: its neighbours lost it; heard ${span(age)} ago, figures are of then`,
    left: `left ${span(age)} ago, figures are of then`,
  };
  const facts = [
    machine.product,
    machine.boot_time_s != null && `up ${ago(machine.boot_time_s).replace(" ago", "")}`,
    machine.distribution,
    machine.kernel,
    machine.processor,
    machine.virtualisation !== "none" && machine.virtualisation,
  ];
  return html`<header class=${`host-head at-${glance.status}`}>
    <p><a href="#/hosts">Hosts</a> <span aria-hidden="true">/</span></p>
    <h1>${glance.host}</h1>
    <p class="host-status"><${Mark} status=${glance.status} word /> <span class=${glance.freshness === "fresh" ? "" : "is-critical"}>${words[/** @type {keyof typeof words} */ (glance.freshness)]}</span>
      ${glance.in_conflict && html`<span class="chip is-warning">this name is claimed twice; this is ${glance.origin}</span>`}
      ${glance.groups.map((/** @type {string} */ group) => html`<a class="chip" href=${hostsLink(`group=${group}`)}>${group}</a>`)}
    </p>
    <p class="host-facts">${facts.filter(Boolean).map((fact) => html`<span>${fact}</span>`)}</p>
  </header>`;
}

/** @param {{ findings: any[] }} props */
function Findings({ findings }) {
  return html`<section class="card" aria-label="Findings">
    <ul class="findings own-findings">
      ${findings.map(
        (finding) => html`<li key=${finding.rule + finding.subject}><${Mark} status=${finding.status} /><span class="finding-what">${finding.what}</span><span class="chip">${finding.panel}</span></li>`,
      )}
    </ul>
  </section>`;
}

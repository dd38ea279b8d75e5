// What the host's agent takes and does.

import { html } from "../../dom.js";
import { bytes, count, rate } from "../../format.js";
import { Facts } from "../parts.js";

/** @param {{ panels: any }} props */
export function Agent({ panels: { agent } }) {
  return html`<${Facts} facts=${[
    ["version", agent.version],
    ["CPU", agent.cpu_percent == null ? "" : `${agent.cpu_percent.toFixed(1)} % of a core`],
    ["memory", bytes(agent.memory_bytes)],
    ["sends", rate(agent.sent_bytes_per_second)],
    ["receives", rate(agent.received_bytes_per_second)],
    ["neighbours", count(agent.neighbours)],
    ["unreachable", agent.unreachable_neighbours > 0 && count(agent.unreachable_neighbours)],
    ["hosts", count(agent.hosts)],
    ["refused frames", agent.refused_frames > 0 && count(agent.refused_frames)],
    ["dropped", agent.queue_drops > 0 && count(agent.queue_drops)],
    ["collectors that failed", agent.collectors.filter((/** @type {any} */ it) => it.failures > 0).map((/** @type {any} */ it) => it.name).join(", ")],
  ].filter(([, value]) => value)} />`;
}

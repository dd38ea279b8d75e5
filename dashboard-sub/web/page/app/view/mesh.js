// Agents and the links between them: a map, and a table of the same.

import { html, useEffect, useMemo } from "../dom.js";
import { count } from "../format.js";
import { lookAt, seen } from "../live.js";
import { hostLink } from "../route.js";
import { Mark, MARKS, STATUSES } from "../status.js";
import { Table, Waiting } from "./parts.js";

const SIZE = 1000;
/** Beyond so many hosts names are told by pointing at them. */
const NAMED_MAX = 40;
const ROWS_MAX = 300;

export function Mesh() {
  useEffect(() => lookAt({ look: "mesh" }), []);
  const shown = seen.value;
  if (!shown?.up) return html`<${Waiting} />`;
  const { hosts, up, lost } = shown;
  return html`<section class="card">
    <h1>Mesh</h1>
    <p class="faint">${count(hosts.length)} agents, ${count(up.length)} links${lost.length > 0 && html`, <strong class="is-critical">${count(lost.length)} lost</strong>`}. The rings are links away from the agent that this server attached to.</p>
    <${Drawing} hosts=${hosts} up=${up} lost=${lost} />
    <details>
      <summary>Table</summary>
      <${LinkTable} hosts=${hosts} up=${up} lost=${lost} />
    </details>
  </section>`;
}

/**
 * Where each host stands: on rings by hops, those of one ring in the order of their names.
 *
 * @param {any[]} hosts
 */
function places(hosts) {
  const rings = new Map();
  for (const [at, [, , , hops]] of hosts.entries()) rings.set(hops, [...(rings.get(hops) ?? []), at]);
  const order = [...rings.keys()].sort((a, b) => a - b);
  /** @type {[number, number][]} */
  const found = [];
  for (const [depth, hops] of order.entries()) {
    const ring = rings.get(hops);
    const radius = depth === 0 && ring.length === 1 ? 0 : ((depth + 0.6) / (order.length - 0.4)) * (SIZE / 2 - 70);
    for (const [turn, at] of ring.entries()) {
      const angle = (turn / ring.length) * 2 * Math.PI - Math.PI / 2 + depth * 0.4;
      found[at] = [SIZE / 2 + radius * Math.cos(angle), SIZE / 2 + radius * Math.sin(angle)];
    }
  }
  return found;
}

/** @param {{ hosts: any[], up: [number, number][], lost: [number, number][] }} props */
function Drawing({ hosts, up, lost }) {
  const key = hosts.map(([origin, , , hops]) => origin + hops).join();
  const at = useMemo(() => places(hosts), [key]);
  const line = (/** @type {[number, number]} */ [a, b], /** @type {string} */ kind) => {
    const [[x1, y1], [x2, y2]] = [at[a] ?? [0, 0], at[b] ?? [0, 0]];
    return html`<line key=${`${kind}${a}-${b}`} class=${kind} x1=${x1.toFixed(0)} y1=${y1.toFixed(0)} x2=${x2.toFixed(0)} y2=${y2.toFixed(0)} />`;
  };
  const size = hosts.length > 200 ? 7 : hosts.length > NAMED_MAX ? 11 : 16;
  return html`<svg class="mesh" viewBox=${`0 0 ${SIZE} ${SIZE}`} role="img" aria-label="Map of the mesh; the table below has the same">
    <g>${up.map((pair) => line(pair, "up"))}${lost.map((pair) => line(pair, "lost"))}</g>
    ${hosts.map(([origin, name, gravity], place) => {
      const [x, y] = at[place] ?? [0, 0];
      const status = STATUSES[gravity];
      return html`<g key=${origin} class=${`node at-${status}`}>
        <circle cx=${x.toFixed(0)} cy=${y.toFixed(0)} r=${size}><title>${name}: ${status}</title></circle>
        ${hosts.length <= NAMED_MAX && html`<text x=${x.toFixed(0)} y=${(y + 38).toFixed(0)}>${MARKS[/** @type {import("../status.js").Status} */ (status)]} ${name}</text>`}
      </g>`;
    })}
  </svg>`;
}

/** @param {{ hosts: any[], up: [number, number][], lost: [number, number][] }} props */
function LinkTable({ hosts, up, lost }) {
  const end = (/** @type {number} */ place) => {
    const [origin, name, gravity] = hosts[place];
    return html`<${Mark} status=${STATUSES[gravity]} /> <a href=${hostLink(origin)}>${name}</a>`;
  };
  const rows = [...lost.map((pair) => [pair, "lost"]), ...up.map((pair) => [pair, "up"])].slice(0, ROWS_MAX);
  return html`<${Table} label="Links" columns=${[["Agent"], ["Agent"], ["Link"]]}
    rows=${rows.map(([pair, state]) => [end(Number(pair?.[0])), end(Number(pair?.[1])), state])} />`;
}

// Memory, swap space, and what waits for them.

import { html } from "../../dom.js";
import { bytes, percent, plain } from "../../format.js";
import { grade } from "../../status.js";
import { Facts, Gauge } from "../parts.js";

/** @param {{ panels: any }} props */
export function Memory({ panels: { memory, pressure } }) {
  return html`
    <${Gauge} label="not available" value=${memory.used_percent} status=${grade("memory_used", memory.used_percent)}
      text=${`${percent(memory.used_percent)} of ${bytes(memory.total_bytes)}`} />
    ${memory.swap_total_bytes > 0 && html`<${Gauge} label="swap" value=${memory.swap_used_percent} text=${`${bytes(memory.swap_used_bytes)} of ${bytes(memory.swap_total_bytes)}`} />`}
    ${memory.tmpfs.map((/** @type {any} */ it) => html`<${Gauge} key=${it.mount} label=${it.mount} value=${it.used_percent} text=${`${bytes(it.used_bytes)} of ${bytes(it.size_bytes)}`} />`)}
    <${Facts} facts=${[
      ["available", bytes(memory.available_bytes)],
      ["page cache", bytes(memory.cached_bytes)],
      ["dirty", bytes(memory.dirty_bytes)],
      ["shared", bytes(memory.shared_bytes)],
      ["zram", memory.zram_used_bytes > 0 && `${bytes(memory.zram_original_bytes)} in ${bytes(memory.zram_used_bytes)}, ratio ${plain(memory.zram_ratio)}`],
      ["pressure, some", percent(pressure.memory_some_avg10_percent)],
      ["pressure, full", percent(pressure.memory_full_avg10_percent)],
      ["I/O pressure", percent(pressure.io_some_avg10_percent)],
    ].filter(([, value]) => value)} />
  `;
}

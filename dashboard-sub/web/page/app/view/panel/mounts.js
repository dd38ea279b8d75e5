// File systems.

import { html } from "../../dom.js";
import { bytes } from "../../format.js";
import { grade } from "../../status.js";
import { Gauge } from "../parts.js";

/** @param {{ panels: any }} props */
export function Mounts({ panels: { disks } }) {
  return disks.mounts.map(
    (/** @type {any} */ it) => html`<${Gauge} key=${it.point} label=${`${it.point}${it.read_only ? " (read-only)" : ""}`} value=${it.used_percent}
      status=${it.read_only ? "ok" : grade("disk_space", it.used_percent)} text=${`${bytes(it.used_bytes)} of ${bytes(it.size_bytes)}`} />`,
  );
}

// Interfaces.

import { html } from "../../dom.js";
import { bits, count, rate } from "../../format.js";
import { Table } from "../parts.js";

/** @param {{ panels: any }} props */
export function Network({ panels: { network } }) {
  const ports = network.rdma.map((/** @type {any} */ it) => [`${it.device}/${it.port} (RDMA)`, rate(it.receive_bytes_per_second), rate(it.transmit_bytes_per_second), "", ""]);
  const rows = network.interfaces.map((/** @type {any} */ it) => [
    `${it.name}${it.carrier === false ? " (down)" : ""}`,
    rate(it.receive_bytes_per_second),
    rate(it.transmit_bytes_per_second),
    it.speed_bits_per_second == null ? "" : bits(it.speed_bits_per_second),
    (it.errors ?? 0) + (it.drops ?? 0) > 0 ? count((it.errors ?? 0) + (it.drops ?? 0)) : "",
  ]);
  return html`<${Table} label="Interfaces" columns=${[["Interface"], ["In", true], ["Out", true], ["Speed", true], ["Errors, drops", true]]} rows=${[...rows, ...ports]} />`;
}

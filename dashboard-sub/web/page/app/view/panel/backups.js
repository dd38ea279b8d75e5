// Backup jobs: how they are, the last run, and when the next one is due.

import { html } from "../../dom.js";
import { ago, bytes, span } from "../../format.js";
import { Mark } from "../../status.js";
import { Facts } from "../parts.js";

/** @param {{ panels: any, shown: any }} props */
export function Backups({ panels: { backups }, shown }) {
  const now_s = Date.now() / 1000;
  return html`<ul class="things">
    ${backups.list.map((/** @type {any} */ it) => {
      const finding = shown.detail.findings.find((/** @type {any} */ other) => other.panel === "backup" && other.subject === it.job);
      const left_s = it.next_due_s == null ? null : it.next_due_s - now_s;
      return html`<li key=${it.job}>
        <h3><${Mark} status=${finding?.status ?? (it.state === "unknown" ? "unknown" : "ok")} /> ${it.job} <span class="faint">${it.state ?? ""} ${it.tool ?? ""}</span></h3>
        ${it.message && html`<p class="faint">${it.message}</p>`}
        <${Facts} facts=${[
          ["last success", it.last_success_s == null ? "not known" : ago(it.last_success_s)],
          ["took", it.duration_s != null && span(it.duration_s)],
          ["read, stored", it.read_bytes != null && `${bytes(it.read_bytes)}, ${bytes(it.stored_bytes)}`],
          ["next", left_s != null && (left_s >= 0 ? `in ${span(left_s)}` : html`<span class="is-warning">was due ${span(-left_s)} ago</span>`)],
          ["to", it.repository],
        ].filter(([, value]) => value)} />
      </li>`;
    })}
  </ul>`;
}

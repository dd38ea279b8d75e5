// Small pieces of which pages are made.

import { html } from "../dom.js";
import { Mark } from "../status.js";

/** @typedef {import("../status.js").Status} Status */

/** Before anything came. @param {{ what?: string }} props */
export function Waiting({ what = "Waiting for the first figures" }) {
  return html`<section class="empty" aria-busy="true"><div class="spinner" aria-hidden="true"></div><p>${what}…</p></section>`;
}

/** What cannot be shown. @param {{ problem: { title?: string, detail: string } }} props */
export function Trouble({ problem }) {
  return html`<section class="empty" role="alert"><h1>${problem.title ?? "That did not work"}</h1><p>${problem.detail}</p></section>`;
}

/**
 * A bar of a share, in the colour of how it is.
 *
 * @param {{ value: number | null | undefined, status?: Status, label: string, text: string }} props
 */
export function Gauge({ value, status = "ok", label, text }) {
  const share = Math.max(0, Math.min(100, value ?? 0));
  return html`<div class=${`gauge is-${status}`}>
    <span class="gauge-label">${label}</span>
    <span class="gauge-text">${status !== "ok" && html`<${Mark} status=${status} /> `}${text}</span>
    <span class="gauge-bar" aria-hidden="true"><i style=${{ transform: `translateX(${share - 100}%)` }}></i></span>
  </div>`;
}

/**
 * A big number with what it is of.
 *
 * @param {{ label: string, value: string, note?: string, status?: Status }} props
 */
export function Big({ label, value, note = "", status = "ok" }) {
  return html`<div class=${`big is-${status}`}>
    <span class="big-label">${label}</span>
    <span class="big-value">${status !== "ok" && html`<${Mark} status=${status} />`}${value}</span>
    ${note && html`<span class="big-note">${note}</span>`}
  </div>`;
}

/**
 * A table of little things.
 *
 * @param {{ label: string, columns: [string, boolean?][], rows: any[][] }} props columns with whether they hold numbers
 */
export function Table({ label, columns, rows }) {
  return html`<div class="table-scroll" role="region" aria-label=${label} tabindex="0">
    <table class="plain">
      <caption class="visually-hidden">
        ${label}
      </caption>
      <thead>
        <tr>
          ${columns.map(([title, isNumber]) => html`<th scope="col" class=${isNumber ? "number" : ""}>${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr>
            ${row.map((cell, at) => {
              const kind = columns[at]?.[1] ? "number" : "";
              return at === 0 ? html`<th scope="row" class=${kind}>${cell}</th>` : html`<td class=${kind}>${cell}</td>`;
            })}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/**
 * Facts of one line each, those without a value left out.
 *
 * @param {{ facts: [string, any][] }} props
 */
export function Facts({ facts }) {
  const known = facts.filter(([, value]) => value != null && value !== "" && value !== "–");
  return html`<dl class="facts">${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

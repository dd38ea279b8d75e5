// How things are: a colour, a mark and a word, never a colour alone. Marks are those of the terminal.

import { html } from "./dom.js";
import { config } from "./config.js";

/** @typedef {"ok" | "unknown" | "warning" | "stale" | "critical"} Status */

/** From the least grave to the gravest; the server's digits are places in this list. @type {Status[]} */
export const STATUSES = ["ok", "unknown", "warning", "stale", "critical"];

/** @type {Record<Status, string>} */
export const MARKS = { ok: "●", unknown: "?", warning: "▲", stale: "◌", critical: "■" };

/**
 * @param {Status[]} statuses
 * @returns {Status}
 */
export const gravest = (statuses) =>
  statuses.reduce((a, b) => (STATUSES.indexOf(b) > STATUSES.indexOf(a) ? b : a), "ok");

/**
 * The mark of a status with its word for those who cannot see it.
 *
 * @param {{ status: Status | null | undefined, word?: boolean }} props
 */
export function Mark({ status, word = false }) {
  const shown = status ?? "unknown";
  return html`<span class=${`mark is-${shown}`}
    ><span aria-hidden="true">${MARKS[shown]}</span
    ><span class=${word ? "mark-word" : "visually-hidden"}>${shown}</span></span
  >`;
}

/**
 * How a value is by one of the thresholds of the server.
 *
 * @param {string} rule
 * @param {number | null | undefined} value
 * @returns {Status}
 */
export function grade(rule, value) {
  const bounds = config.value.thresholds[rule];
  if (value == null || bounds == null) return "ok";
  const passes = (/** @type {number | null | undefined} */ bound) =>
    bound != null && (bounds.is_low ? value <= bound : value >= bound);
  if (passes(bounds.critical)) return "critical";
  return passes(bounds.warning) ? "warning" : "ok";
}

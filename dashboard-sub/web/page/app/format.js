// Values as people read them, as in the terminal.

const DASH = "–";

/**
 * Three digits, and no zeros that say nothing.
 *
 * @param {number} value
 */
export function significant(value) {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  const text = value.toFixed(size >= 9.995 ? 1 : 2);
  return text.replace(/\.?0+$/, "");
}

/**
 * @param {number} value
 * @param {number} base
 * @param {string[]} units
 */
function scaled(value, base, units) {
  let at = 0;
  while (Math.abs(value) >= base && at + 1 < units.length) {
    value /= base;
    at += 1;
  }
  return `${significant(value)} ${units[at]}`;
}

/** @typedef {number | null | undefined} Figure a value, `null` without one, `undefined` if the host tells none */

/** @param {Figure} value */
export const bytes = (value) =>
  value == null ? DASH : scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]);

/** Capacities of drives, which are sold in powers of ten. @param {Figure} value */
export const decimal = (value) => (value == null ? DASH : scaled(value, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]));

/** @param {Figure} value */
export const rate = (value) =>
  value == null ? DASH : scaled(value, 1024, ["B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"]);

/** @param {Figure} value */
export const hertz = (value) => (value == null ? DASH : scaled(value, 1000, ["Hz", "kHz", "MHz", "GHz"]));

/** @param {Figure} value */
export const bits = (value) => (value == null ? DASH : scaled(value, 1000, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"]));

/** @param {Figure} value */
export const percent = (value) => (value == null ? DASH : `${value.toFixed(0)} %`);

/** @param {Figure} value */
export const celsius = (value) => (value == null ? DASH : `${value.toFixed(0)} °C`);

/** @param {Figure} value */
export const watts = (value) => (value == null ? DASH : scaled(value, 1000, ["W", "kW", "MW"]));

/** @param {Figure} value */
export const count = (value) => (value == null ? DASH : value.toLocaleString("en"));

/** @param {Figure} value */
export const plain = (value) => (value == null ? DASH : significant(value));

/**
 * A span of time with two units at most: `45 s`, `3 h 5 min`, `12 d 4 h`.
 *
 * @param {Figure} seconds
 */
export function span(seconds) {
  if (seconds == null) return DASH;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${seconds < 10 ? significant(seconds) : whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** How long ago something was, in seconds since 1970. @param {Figure} at_s */
export const ago = (at_s) => (at_s == null ? DASH : `${span(Math.max(0, Date.now() / 1000 - at_s))} ago`);

/** Hours, minutes and seconds here. @param {number} at_s seconds since 1970 */
export const clock = (at_s) => new Date(at_s * 1000).toLocaleTimeString("en-GB");

/** By the unit's name, as in the catalogue. @type {Record<string, (value: Figure) => string>} */
export const BY_UNIT = {
  percent,
  bytes,
  "bytes/second": rate,
  "bits/second": bits,
  hertz,
  celsius,
  watts,
  seconds: span,
  count,
  none: plain,
};

/**
 * @param {Figure} value
 * @param {string} unit
 */
export const quantity = (value, unit) => (BY_UNIT[unit] ?? plain)(value);

// What readings were.

import { useEffect, useState } from "./dom.js";
import { ask } from "./ask.js";

/**
 * @typedef {{ name: string, values: (number | null)[], most: (number | null)[] }} Line
 * @typedef {{ times: number[], unit: string, lines: Line[] }} Past
 */

/**
 * All series of a metric of a host.
 *
 * @param {string} host
 * @param {string} metric
 * @param {{ labels?: string, span_s: number, columns: number }} range
 * @returns {Promise<Past>}
 */
async function read(host, metric, { labels = "", span_s, columns }) {
  const query = new URLSearchParams({ metric, labels, span_s: `${span_s}`, columns: `${columns}`, limit: "16" });
  const told = await ask(`/api/v1/hosts/${encodeURIComponent(host)}/series?${query}`);
  const end_s = Date.parse(told.end) / 1000;
  const count = told.series[0]?.mean.length ?? 0;
  const times = Array.from({ length: count }, (_, at) => end_s - (count - at) * told.column_s);
  const lines = told.series.map((/** @type {any} */ it) => ({
    name: Object.values(it.labels).join(" ") || metric,
    values: it.mean,
    most: it.max,
  }));
  return { times, unit: told.unit, lines };
}

/**
 * The same, asked for again and again while it is shown; `null` until it is there or if there is none.
 *
 * @param {string} host
 * @param {string} metric
 * @param {{ labels?: string, span_s: number, columns: number }} range
 * @returns {Past | null}
 */
export function usePast(host, metric, range) {
  const [past, setPast] = useState(/** @type {Past | null} */ (null));
  const { labels, span_s, columns } = range;
  useEffect(() => {
    let isShown = true;
    let timer = 0;
    const again = async () => {
      const told = await read(host, metric, { labels, span_s, columns }).catch(() => null);
      if (!isShown) return;
      if (told) setPast(told);
      timer = setTimeout(again, span_s > 900 ? REST_LONG_MS : REST_MS);
    };
    setPast(null);
    again();
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, [host, metric, labels, span_s, columns]);
  return past;
}

const REST_MS = 5000;
const REST_LONG_MS = 60_000;

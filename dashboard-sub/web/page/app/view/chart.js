// Charts of the past: as a picture, by uPlot, and as a table of the same.

import { html, useEffect, useRef, useState } from "../dom.js";
import uPlot from "../../vendor/uplot.mjs";
import { BY_UNIT, clock, plain, quantity } from "../format.js";
import { usePast } from "../series.js";
import { theme } from "../theme.js";
import { Table } from "./parts.js";

/** Names and lengths in seconds. @type {[string, number][]} */
const SPANS = [
  ["5 min", 300],
  ["10 min", 600],
  ["1 h", 3600],
  ["6 h", 21_600],
  ["24 h", 86_400],
];

const COLUMNS = 240;
const HEIGHT = 190;
const TABLE_ROWS_MAX = 30;

/**
 * Charts of a host, all of one span.
 *
 * @param {{ host: string, metrics: { metric: string, title: string, most?: number }[] }} props
 */
export function Charts({ host, metrics }) {
  const [span, setSpan] = useState(600);
  return html`<section class="card charts" aria-label="Charts">
    <div class="card-head">
      <h2>The past</h2>
      <fieldset class="choices">
        <legend class="visually-hidden">How far back</legend>
        ${SPANS.map(([name, length]) => html`<label key=${name}><input type="radio" name="span" checked=${length === span} onChange=${() => setSpan(length)} /><span>${name}</span></label>`)}
      </fieldset>
    </div>
    <div class="chart-grid">${metrics.map((it) => html`<${Chart} key=${it.metric} host=${host} span=${span} ...${it} />`)}</div>
  </section>`;
}

/** @param {{ host: string, metric: string, title: string, most?: number, span: number }} props */
function Chart({ host, metric, title, most, span }) {
  const past = usePast(host, metric, { span_s: span, columns: COLUMNS });
  const hasAny = past?.lines.some((line) => line.values.some((value) => value != null));
  if (!past || !hasAny) {
    return html`<figure class="chart"><figcaption>${title}</figcaption><p class="faint">${past ? "Nothing is known of this time." : "…"}</p></figure>`;
  }
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <${Picture} past=${past} title=${title} most=${most} />
    <details>
      <summary>Table<span class="visually-hidden"> of ${title}</span></summary>
      <${PastTable} past=${past} title=${title} />
    </details>
  </figure>`;
}

/** @typedef {import("../series.js").Past} Past */

/** @param {{ past: Past, title: string, most?: number }} props */
function Picture({ past, title, most }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const shape = `${past.lines.map((line) => line.name).join()} ${past.unit} ${theme.value}`;
  const data = [past.times, ...past.lines.map((line) => line.values)];
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const drawn = new uPlot(/** @type {any} */ (options(element, past, most)), /** @type {any} */ (data), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [shape, most]);
  useEffect(() => {
    const drawn = plot.current;
    if (!drawn) return;
    const { min, max } = drawn.scales.x;
    const [first = 0] = drawn.data[0];
    const isZoomed = min > first + 1 || max < drawn.data[0].at(-1) - 1;
    // Who looks at a part keeps it.
    drawn.setData(data, !isZoomed);
    if (isZoomed) drawn.setScale("x", { min, max });
  }, [past]);
  const all = () => plot.current?.setData(data, true);
  return html`<div class="picture">
    <div ref=${box} role="img" aria-label=${`${title}, ${past.lines.length} lines; the table below has the same`}></div>
    <button type="button" class="quiet whole" onClick=${all}>Whole span</button>
  </div>`;
}

/**
 * @param {HTMLElement} element
 * @param {Past} past
 * @param {number} [most]
 */
function options(element, past, most) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const show = BY_UNIT[past.unit] ?? plain;
  const axis = { stroke: colour("--faint"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: true, y: false }, points: { size: 6 } },
    legend: { show: true, live: true },
    scales: { y: { range: (/** @type {any} */ _, /** @type {number} */ low, /** @type {number} */ high) => [Math.min(0, low ?? 0), most ?? (high > 0 ? high * 1.1 : 1)] } },
    axes: [axis, { ...axis, size: 72, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map(show) }],
    series: [
      { label: "time", value: (/** @type {any} */ _, /** @type {number | null} */ at_s) => (at_s == null ? "" : clock(at_s)) },
      ...past.lines.map((line, at) => ({
        label: line.name,
        stroke: colour(`--line-${at % 8}`),
        width: 2,
        fill: past.lines.length === 1 ? colour("--line-fill") : undefined,
        points: { show: false },
        value: (/** @type {any} */ _, /** @type {number | null} */ value) => show(value),
      })),
    ],
  };
}

/** @param {{ past: Past, title: string }} props */
function PastTable({ past, title }) {
  const step = Math.max(1, Math.ceil(past.times.length / TABLE_ROWS_MAX));
  const rows = [];
  for (let at = past.times.length - 1; at >= 0; at -= step) {
    rows.push([clock(past.times[at] ?? 0), ...past.lines.map((line) => quantity(line.values[at], past.unit))]);
  }
  /** @type {[string, boolean?][]} */
  const columns = [["Time"], ...past.lines.map((line) => /** @type {[string, boolean]} */ ([line.name, true]))];
  return html`<${Table} label=${title} columns=${columns} rows=${rows} />`;
}

/**
 * The last minutes as a little line.
 *
 * @param {{ host: string, metric: string, labels?: string, most?: number, index?: number }} props
 */
export function Spark({ host, metric, labels = "", most }) {
  const past = usePast(host, metric, { labels, span_s: 600, columns: 60 });
  const values = past?.lines[0]?.values ?? [];
  const greatest = most ?? Math.max(1e-9, ...values.map((value) => value ?? 0));
  const points = values
    .map((value, at) => (value == null ? null : `${at},${(30 - (Math.min(value, greatest) / greatest) * 28).toFixed(1)}`))
    .filter((point) => point != null);
  const [first = "0"] = points[0]?.split(",") ?? [];
  const [last = "59"] = points.at(-1)?.split(",") ?? [];
  return html`<svg class="spark" viewBox="0 0 59 32" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    ${points.length > 1 && html`<polygon points=${`${first},32 ${points.join(" ")} ${last},32`} /><polyline points=${points.join(" ")} />`}
  </svg>`;
}

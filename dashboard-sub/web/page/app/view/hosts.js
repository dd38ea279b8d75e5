// The table of hosts: as many rows as can be seen, which the server picks and puts in order.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../dom.js";
import { celsius, count, percent, plain, rate, span, watts } from "../format.js";
import { isTurning, lookAt, seen } from "../live.js";
import { hostLink, keepQuery, route } from "../route.js";
import { Mark, STATUSES } from "../status.js";
import { FilterBox } from "./filter.js";
import { Waiting } from "./parts.js";

/**
 * Columns with the key by which the server sorts, in the order in which it sends figures.
 *
 * @type {{ title: string, key: string, show: (value: number | null) => string, isShare?: boolean, rank: number }[]}
 */
const CELLS = [
  { title: "GPU", key: "gpu.use", show: percent, isShare: true, rank: 1 },
  { title: "GPU mem", key: "gpu.memory", show: percent, isShare: true, rank: 2 },
  { title: "GPU temp", key: "gpu.temp", show: celsius, rank: 3 },
  { title: "Power", key: "gpu.power", show: watts, rank: 4 },
  { title: "CPU", key: "cpu", show: percent, isShare: true, rank: 1 },
  { title: "Memory", key: "mem", show: percent, isShare: true, rank: 1 },
  { title: "Disk", key: "disk", show: percent, isShare: true, rank: 2 },
  { title: "CPU temp", key: "cpu.temp", show: celsius, rank: 4 },
  { title: "Load", key: "load", show: plain, rank: 3 },
  { title: "Failed", key: "services.failed", show: count, rank: 3 },
  { title: "In", key: "receive", show: rate, rank: 4 },
  { title: "Out", key: "transmit", show: rate, rank: 4 },
  { title: "Up", key: "uptime", show: span, rank: 4 },
];

const ROW_HEIGHT = 44;
/** Rows that are asked for beyond those that can be seen. */
const MARGIN = 10;

export function Hosts() {
  const query = route.value.query;
  const [filter, setFilter] = useState(query.get("filter") ?? "");
  const [sort, setSort] = useState(query.get("sort") ?? "");
  const [order, setOrder] = useState(query.get("order") ?? "");
  const [window, setWindow] = useState({ from: 0, count: 40 });
  useEffect(() => setFilter(query.get("filter") ?? ""), [query]);
  useEffect(() => {
    keepQuery({ filter, sort, order });
    lookAt({ look: "hosts", filter, sort, order: order || null, ...window });
  }, [filter, sort, order, window]);
  const shown = seen.value;
  const sortBy = (/** @type {string} */ key) => {
    const isSame = key === sort;
    // Most figures begin with the greatest: the first turn is to the least.
    const turned = isSame && order === "" ? (key === "" ? "desc" : "asc") : "";
    setSort(key);
    setOrder(turned);
  };
  return html`
    <section class="list-head">
      <h1>Hosts</h1>
      <${FilterBox} value=${filter} onInput=${setFilter} problem=${shown?.problem?.detail}
        note=${shown?.rows ? `${count(shown.total)} of ${count(shown.head.hosts)}` : ""} />
    </section>
    ${shown?.rows ? html`<${Rows} shown=${shown} sort=${sort} order=${order} onSort=${sortBy} onWindow=${setWindow} />` : !shown?.problem && html`<${Waiting} />`}
  `;
}

/** @param {{ shown: any, sort: string, order: string, onSort: (key: string) => void, onWindow: (window: { from: number, count: number }) => void }} props */
function Rows({ shown, sort, order, onSort, onWindow }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [cursor, setCursor] = useState(-1);
  const measure = () => {
    const { scrollTop = 0, clientHeight = 600 } = box.current ?? {};
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - MARGIN);
    const count = Math.ceil(clientHeight / ROW_HEIGHT) + 2 * MARGIN;
    // In steps, so that a little scrolling asks for nothing.
    onWindow({ from: first - (first % MARGIN), count: count + MARGIN });
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const move = (/** @type {KeyboardEvent} */ event) => {
    const page = Math.floor((box.current?.clientHeight ?? 600) / ROW_HEIGHT) - 2;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (event.key === "Enter" && cursor >= 0 && event.target === event.currentTarget) {
      const row = shown.rows[cursor - shown.from];
      if (row) location.hash = hostLink(row[0]);
    }
    if (step === undefined) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(shown.total - 1, cursor + step));
    setCursor(at);
    const view = box.current;
    if (!view) return;
    const top = at * ROW_HEIGHT;
    const bottom = top + 2 * ROW_HEIGHT;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (bottom > view.scrollTop + view.clientHeight) view.scrollTop = bottom - view.clientHeight;
  };
  const { from, rows, total } = shown;
  const hasCursor = cursor >= from && cursor < from + rows.length;
  return html`<div ref=${box} class=${`rows ${isTurning.value ? "is-turning" : ""}`} role="region" aria-label="Table of hosts" onScroll=${measure}>
    <table role="grid" aria-rowcount=${total + 1} aria-label="Hosts" tabindex="0" onKeyDown=${move}
      aria-activedescendant=${hasCursor ? `row-${cursor}` : null}>
      <thead>
        <tr aria-rowindex="1">
          <${Column} title="Host" name="" sort=${sort} order=${order} first="ascending" onSort=${onSort} rank=${0} />
          <${Column} title="Status" name="status" sort=${sort} order=${order} onSort=${onSort} rank=${0} />
          ${CELLS.map((it) => html`<${Column} key=${it.key} title=${it.title} name=${it.key} sort=${sort} order=${order} onSort=${onSort} rank=${it.rank} isNumber />`)}
          <${Column} title="Backup" name="backup" sort=${sort} order=${order} onSort=${onSort} rank=${3} />
        </tr>
      </thead>
      <tbody>
        <${Gap} rows=${from} />
        ${rows.map((/** @type {any} */ row, /** @type {number} */ at) => html`<${Row} key=${row[0]} row=${row} at=${from + at} isAt=${cursor === from + at} />`)}
        <${Gap} rows=${Math.max(0, total - from - rows.length)} />
      </tbody>
    </table>
    ${total === 0 && html`<p class="none">No host is so.</p>`}
  </div>`;
}

/** @param {{ title: string, name: string, sort: string, order: string, first?: "ascending" | "descending", onSort: (key: string) => void, rank: number, isNumber?: boolean }} props */
function Column({ title, name, sort, order, first = "descending", onSort, rank, isNumber = false }) {
  const other = first === "ascending" ? "descending" : "ascending";
  const direction = name !== sort ? null : order === "" ? first : other;
  const arrow = direction === "ascending" ? "▲" : "▼";
  return html`<th scope="col" class=${`rank-${rank} ${isNumber ? "number" : ""}`} aria-sort=${direction}>
    <button type="button" onClick=${() => onSort(name)}>${title}${direction && html` <span aria-hidden="true" class="arrow">${arrow}</span>`}</button>
  </th>`;
}

/** Rows that are not there, as much space as they take. @param {{ rows: number }} props */
function Gap({ rows }) {
  if (rows === 0) return null;
  return html`<tr class="gap" aria-hidden="true" role="presentation"><td colspan=${CELLS.length + 3} style=${{ height: `${rows * ROW_HEIGHT}px` }}></td></tr>`;
}

/** @param {{ row: any, at: number, isAt: boolean }} props */
function Row({ row, at, isAt }) {
  const [origin, name, gravity, freshness, inConflict, age, backup, values, digits] = row;
  const status = STATUSES[gravity];
  return html`<tr id=${`row-${at}`} aria-rowindex=${at + 2} aria-selected=${isAt ? "true" : "false"} class=${freshness === "fresh" ? "" : "is-past"}>
    <th scope="row" class="rank-0"><a href=${hostLink(origin)}>${name}</a>${inConflict && html` <span class="chip is-warning">claimed twice</span>`}</th>
    <td class="rank-0 status"><${Mark} status=${status} word />${freshness !== "fresh" && html` <span class="faint">${freshness} ${span(age)}</span>`}</td>
    ${CELLS.map((cell, place) => html`<${Cell} key=${cell.key} cell=${cell} value=${values[place]} status=${STATUSES[Number(digits[place])]} />`)}
    <td class="rank-3">${backup ?? ""}</td>
  </tr>`;
}

/** @param {{ cell: typeof CELLS[0], value: number | null, status: import("../status.js").Status }} props */
function Cell({ cell, value, status }) {
  const text = value == null ? "" : cell.show(value);
  return html`<td class=${`rank-${cell.rank} number is-${status}`}>
    ${cell.isShare && value != null && html`<span class="cell-bar" aria-hidden="true"><i style=${{ width: `${Math.min(100, value)}%` }}></i></span>`}
    <span>${status !== "ok" && text !== "" && html`<${Mark} status=${status} /> `}${text}</span>
  </td>`;
}

// All hosts at once: a cell for each, in the colour of a figure.

import { Component, html, useEffect, useRef, useState } from "../dom.js";
import { count } from "../format.js";
import { lookAt, seen } from "../live.js";
import { hostLink, keepQuery, route } from "../route.js";
import { Mark, MARKS, STATUSES } from "../status.js";
import { FilterBox } from "./filter.js";
import { Waiting } from "./parts.js";

/** Key of the figure, its name and its unit. */
const MEASURES = [
  ["gpu.use", "GPU use", "%"],
  ["gpu.memory", "GPU memory", "%"],
  ["cpu", "CPU", "%"],
  ["mem", "Memory", "%"],
  ["disk", "Disk", "%"],
  ["temp", "Temperature", "°C"],
];

export function HeatMap() {
  const query = route.value.query;
  const [filter, setFilter] = useState(query.get("filter") ?? "");
  const [measure, setMeasure] = useState(query.get("measure") ?? "gpu.use");
  useEffect(() => {
    keepQuery({ filter, measure });
    lookAt({ look: "map", filter, measure });
  }, [filter, measure]);
  const shown = seen.value;
  const [, title = "", unit = ""] = MEASURES.find(([key]) => key === measure) ?? [];
  return html`
    <section class="list-head">
      <h1>Heat map</h1>
      <${FilterBox} value=${filter} onInput=${setFilter} problem=${shown?.problem?.detail}
        note=${shown?.names ? `${count(shown.names.length)} of ${count(shown.head.hosts)}` : ""} />
      <fieldset class="choices">
        <legend class="visually-hidden">Figure</legend>
        ${MEASURES.map(
          ([key, name]) => html`<label key=${key}><input type="radio" name="measure" value=${key} checked=${key === measure} onChange=${() => setMeasure(String(key))} /><span>${name}</span></label>`,
        )}
      </fieldset>
    </section>
    ${shown?.names ? html`<${Cells} shown=${shown} title=${title} unit=${unit} />` : !shown?.problem && html`<${Waiting} />`}
    <p class="legend" aria-hidden="true">
      ${[0, 2, 4, 6, 8, 10].map((step) => html`<span class=${`heat-cell heat-${step}`}>${step * 10}</span>`)}
      <span>${unit}</span>
      ${STATUSES.slice(1).map((status) => html`<${Mark} status=${status} word />`)}
    </p>
  `;
}

/** @param {{ shown: any, title: string, unit: string }} props */
function Cells({ shown, title, unit }) {
  const box = useRef(/** @type {HTMLUListElement | null} */ (null));
  const [cursor, setCursor] = useState(0);
  const { names, origins, values, statuses } = shown;
  const move = (/** @type {KeyboardEvent} */ event) => {
    const cells = /** @type {HTMLElement[]} */ ([...(box.current?.querySelectorAll("a") ?? [])]);
    const top = cells[0]?.offsetTop;
    const below = cells.findIndex((cell) => cell.offsetTop !== top);
    const width = below < 0 ? cells.length : below;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width, Home: -cells.length, End: cells.length };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(cells.length - 1, cursor + step));
    setCursor(at);
    cells[at]?.focus();
  };
  return html`<ul ref=${box} class="heat" aria-label=${`${title} of all hosts`} onKeyDown=${move}>
    ${names.map(
      (/** @type {string} */ name, /** @type {number} */ at) => html`<${HeatCell} key=${origins[at]} name=${name} origin=${origins[at]}
        value=${values[at]} gravity=${statuses[at]} unit=${unit} isAt=${at === Math.min(cursor, names.length - 1)} />`,
    )}
  </ul>`;
}

/** Drawn anew only when something of it changed: there are a thousand. */
class HeatCell extends Component {
  /** @param {Record<string, any>} next */
  shouldComponentUpdate(next) {
    const now = /** @type {Record<string, any>} */ (this.props);
    return ["name", "value", "gravity", "unit", "isAt"].some((key) => next[key] !== now[key]);
  }

  render() {
    const { name, origin, value, gravity, unit, isAt } = /** @type {any} */ (this.props);
    const heat = value == null ? "none" : Math.max(0, Math.min(10, Math.round(value / 10)));
    const status = STATUSES[gravity];
    const figure = value == null ? "no figure" : `${value} ${unit}`;
    return html`<li>
      <a href=${hostLink(origin)} class=${`heat-cell heat-${heat} at-${status}`} tabindex=${isAt ? 0 : -1} title=${`${name}: ${figure}, ${status}`}
        aria-label=${`${name}: ${figure}, ${status}`}>${status === "ok" ? (value ?? "·") : MARKS[status]}</a>
    </li>`;
  }
}

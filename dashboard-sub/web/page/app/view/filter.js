// Where a filter is written, in the language of the library: the server understands it.

import { html, useEffect, useRef, useState } from "../dom.js";

const PAUSE_MS = 200;

/** @param {{ value: string, onInput: (filter: string) => void, problem?: string, note?: string }} props */
export function FilterBox({ value, onInput, problem = "", note = "" }) {
  const [text, setText] = useState(value);
  const timer = useRef(0);
  useEffect(() => setText(value), [value]);
  const type = (/** @type {InputEvent} */ event) => {
    const typed = /** @type {HTMLInputElement} */ (event.target).value;
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onInput(typed), PAUSE_MS);
  };
  return html`<div class="filter" role="search">
    <label class="visually-hidden" for="filter">Filter hosts</label>
    <input id="filter" type="search" value=${text} onInput=${type} placeholder="Filter: name  gpu.temp>70  status!=ok" spellcheck="false"
      autocomplete="off" aria-invalid=${problem ? "true" : null} aria-describedby="filter-note" />
    <p id="filter-note" role="status" class=${problem ? "problem" : "faint"}>${problem || note}</p>
  </div>`;
}

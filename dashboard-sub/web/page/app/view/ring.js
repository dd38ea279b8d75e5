// A share as a ring.

import { html } from "../dom.js";
import { percent } from "../format.js";

const RADIUS = 42;
const LENGTH = 2 * Math.PI * RADIUS;

/** @param {{ label: string, value: number | null, note?: string }} props */
export function Ring({ label, value, note = "" }) {
  const colours = `ring-${label.replace(" ", "-")}`;
  const share = Math.max(0, Math.min(100, value ?? 0));
  return html`<figure class="ring">
    <svg viewBox="0 0 100 100" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id=${colours} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" class="ring-from" />
          <stop offset="1" class="ring-to" />
        </linearGradient>
      </defs>
      <circle class="ring-track" cx="50" cy="50" r=${RADIUS} />
      <circle class="ring-share" cx="50" cy="50" r=${RADIUS} stroke=${`url(#${colours})`}
        stroke-dasharray=${`${(share / 100) * LENGTH} ${LENGTH}`} transform="rotate(-90 50 50)" />
    </svg>
    <span class="ring-value">${percent(value)}</span>
    <figcaption><strong>${label}</strong>${note && html`<span>${note}</span>`}</figcaption>
  </figure>`;
}

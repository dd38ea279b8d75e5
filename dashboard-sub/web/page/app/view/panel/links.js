// The links of the host's agent with its neighbours.

import { html } from "../../dom.js";
import { hostLink } from "../../route.js";
import { Mark, STATUSES } from "../../status.js";

/** @param {{ shown: any }} props */
export function Links({ shown: { links } }) {
  return html`<ul class="links">
    ${links.map((/** @type {any} */ [origin, name, gravity, hops, isLost]) => {
      const where = hops === 0 ? "attached here" : hops == null ? "" : `${hops} ${hops === 1 ? "hop" : "hops"} away`;
      return html`<li key=${origin}>
        ${gravity != null && html`<${Mark} status=${STATUSES[gravity]} />`} <a href=${hostLink(origin)}>${name ?? origin}</a>
        ${isLost ? html`<strong class="is-critical">lost</strong>` : html`<span class="faint">${where}</span>`}
      </li>`;
    })}
  </ul>`;
}

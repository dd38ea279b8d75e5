// What happened lately.

import { html, useEffect } from "../dom.js";
import { lookAt, seen } from "../live.js";
import { hostLink } from "../route.js";
import { Mark } from "../status.js";
import { Waiting } from "./parts.js";

export function Events() {
  useEffect(() => lookAt({ look: "events", host: null }), []);
  const events = seen.value?.events;
  if (!events) return html`<${Waiting} />`;
  return html`<section class="card">
    <h1>Events</h1>
    ${Object.keys(events).length === 0 ? html`<p>Nothing has happened since the server started.</p>` : html`<${EventList} events=${events} />`}
  </section>`;
}

/** Those with the greatest numbers first. @param {{ events: Record<string, any>, ofOne?: boolean }} props */
export function EventList({ events, ofOne = false }) {
  return html`<ol class="events">
    ${Object.values(events).reverse().map(
      (event) => html`<li key=${event.number}>
        <time datetime=${event.at}>${new Date(event.at).toLocaleTimeString("en-GB")}</time>
        <${Mark} status=${event.severity} />
        ${!ofOne && event.host && html`<a href=${hostLink(event.origin)}>${event.host}</a>`}
        <span class="event-what">${event.what}</span>
        <span class="chip">${event.kind.replace("_", " ")}</span>
      </li>`,
    )}
  </ol>`;
}

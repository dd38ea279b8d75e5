// What stands around every page: the bar, whether the server is there, and the page itself.

import { html, useEffect, useRef } from "../dom.js";
import { tell } from "../ask.js";
import { connect, head, link, seen } from "../live.js";
import { isHelpOpen, onThemeKey } from "../keys.js";
import { route } from "../route.js";
import { theme, toggleTheme } from "../theme.js";
import { Events } from "./events.js";
import { Hosts } from "./hosts.js";
import { Help } from "./help.js";
import { Host } from "./host.js";
import { HeatMap } from "./map.js";
import { Login } from "./login.js";
import { Mesh } from "./mesh.js";
import { Overview } from "./overview.js";

/** Address, title, and what is shown. */
const PAGES = [
  { page: "overview", title: "Overview", href: "#/", View: Overview },
  { page: "hosts", title: "Hosts", href: "#/hosts", View: Hosts },
  { page: "map", title: "Heat map", href: "#/map", View: HeatMap },
  { page: "mesh", title: "Mesh", href: "#/mesh", View: Mesh },
  { page: "events", title: "Events", href: "#/events", View: Events },
];

/** @param {{ onEnter: () => void }} props */
export function Shell({ onEnter }) {
  useEffect(() => onThemeKey(toggleTheme), []);
  const { page, name } = route.value;
  const wasAt = useRef(`${page}/${name}`);
  useEffect(() => {
    // Who turns to another page begins at its top, whatever had the keys before.
    if (wasAt.current === `${page}/${name}`) return;
    wasAt.current = `${page}/${name}`;
    document.getElementById("main")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page, name]);
  const shown = PAGES.find((it) => it.page === page);
  const title = page === "host" ? "Host" : (shown?.title ?? "Nothing here");
  useEffect(() => {
    document.title = `${title} · Grapevine`;
  }, [title]);
  if (link.value.state === "login") return html`<${Login} onEnter=${onEnter} />`;
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <${Bar} page=${page} />
    <${Notice} />
    <main id="main" tabindex="-1">
      ${page === "host" ? html`<${Host} key=${name} name=${name} />` : shown ? html`<${shown.View} />` : html`<${Nowhere} />`}
    </main>
    ${isHelpOpen.value && html`<${Help} />`}
  `;
}

/** @param {Event} event */
function skip(event) {
  // The part behind `#` says which page is shown.
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** @param {{ page: string }} props */
function Bar({ page }) {
  const isDemo = head.value?.has_demo;
  return html`
    <header class="bar">
      <a class="brand" href="#/"><img src="./icon.svg" alt="" width="28" height="28" /><span>Grapevine</span></a>
      ${isDemo && html`<span class="demo" title="Some of these hosts do not exist">DEMO</span>`}
      <nav aria-label="Pages">
        ${PAGES.map((it) => html`<a key=${it.page} href=${it.href} aria-current=${it.page === page ? "page" : null}>${it.title}</a>`)}
      </nav>
      <div class="bar-end">
        <${Pulse} />
        <button type="button" class="quiet" onClick=${toggleTheme} aria-label=${theme.value === "light" ? "Dark look" : "Light look"}>
          <span aria-hidden="true">${theme.value === "light" ? "☾" : "☀"}</span>
        </button>
        <button type="button" class="quiet" onClick=${() => (isHelpOpen.value = true)} aria-label="Help">?</button>
        <button type="button" class="quiet leave" onClick=${leave}>Log out</button>
      </div>
    </header>
  `;
}

async function leave() {
  await tell("/api/v1/auth/logout", {}).catch(() => null);
  connect();
}

function Pulse() {
  const { state } = link.value;
  const words = { live: "live", connecting: "connecting", lost: "unreachable", login: "logged out" };
  return html`<span class=${`pulse is-${state}`} role="status"><i aria-hidden="true"></i>${words[state]}</span>`;
}

/** What is in the way of live figures, if anything is. */
function Notice() {
  const { state } = link.value;
  if (state === "lost") {
    return html`<div class="notice is-critical" role="alert">
      <strong>The server cannot be reached.</strong>
      <span>${seen.value ? "Figures are of before. " : ""}It is tried again and again.</span>
      <button type="button" onClick=${connect}>Retry now</button>
    </div>`;
  }
  if (state === "live" && head.value && !head.value.is_attached) {
    return html`<div class="notice is-warning" role="alert">
      <strong>No agent answers.</strong> <span>${head.value.connection}</span>
      <button type="button" onClick=${connect}>Retry now</button>
    </div>`;
  }
  return null;
}

function Nowhere() {
  return html`<section class="empty"><h1>Nothing is here</h1><p><a href="#/">Back to the overview</a></p></section>`;
}

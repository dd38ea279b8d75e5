// The dashboard of a Grapevine network. It shows what the server tells and judges nothing itself.

import { html, render } from "./dom.js";
import { readConfig, config } from "./config.js";
import { connect, disconnect } from "./live.js";
import { listenToKeys } from "./keys.js";
import { applyTheme } from "./theme.js";
import { Shell } from "./view/shell.js";

const PAUSE_MS = 1000;

/** Reads how things are to be shown, then connects; again and again until the server answers. */
export async function start() {
  try {
    await readConfig();
  } catch (problem) {
    if (/** @type {{ status?: number }} */ (problem).status === 401) return disconnect();
    setTimeout(start, PAUSE_MS);
    return;
  }
  applyTheme(config.value.theme);
  connect();
}

applyTheme("dark");
listenToKeys();
render(html`<${Shell} onEnter=${start} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
start();

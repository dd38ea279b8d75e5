// Keys that work on every page.

import { signal } from "./dom.js";

/** Whether the help is open. */
export const isHelpOpen = signal(false);

/** @type {Record<string, string>} */
const PAGES = { o: "#/", h: "#/hosts", m: "#/map", g: "#/mesh", e: "#/events" };

/** What the help says. */
export const KEYS = [
  ["/", "filter hosts"],
  ["?", "this help"],
  ["o  h  m  g  e", "overview, hosts, heat map, mesh, events"],
  ["↑ ↓ Home End", "go through a table, or through the heat map with ← →, too"],
  ["Enter", "open the host"],
  ["Esc", "close, or leave the filter"],
  ["t", "light or dark"],
];

/** @type {() => void} */
let toggle = () => {};

/** What the key for the look does. @param {() => void} action */
export const onThemeKey = (action) => {
  toggle = action;
};

export function listenToKeys() {
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape" && target.matches("input")) target.blur();
    const isTyping = target.matches("input, select, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      focusFilter();
    } else if (event.key === "?") isHelpOpen.value = true;
    else if (event.key === "t") toggle();
    else if (PAGES[event.key]) location.hash = PAGES[event.key];
  });
}

/** Goes to the filter of the page, or to the list of hosts for it. */
function focusFilter() {
  const find = () => /** @type {HTMLInputElement | null} */ (document.querySelector("#filter"));
  // At once where it is there: what is typed next belongs to it.
  if (find()) return find()?.focus();
  location.hash = "#/hosts";
  requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()));
}

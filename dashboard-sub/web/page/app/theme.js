// Dark or light: what the user chose, else what the server says.

import { signal } from "./dom.js";

const KEY = "grapevine.theme";

const prefersLight = matchMedia("(prefers-color-scheme: light)");

export const theme = signal("dark");

/** @param {string} wanted `dark`, `light` or `auto` */
export function applyTheme(wanted) {
  const chosen = localStorage.getItem(KEY) ?? wanted;
  const isLight = chosen === "light" || (chosen === "auto" && prefersLight.matches);
  theme.value = isLight ? "light" : "dark";
  document.documentElement.dataset.theme = theme.value;
}

export function toggleTheme() {
  localStorage.setItem(KEY, theme.value === "light" ? "dark" : "light");
  applyTheme("dark");
}

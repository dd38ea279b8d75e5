// Which page is shown: the part of the address behind `#`, so that every page has a link.

import { signal } from "./dom.js";

/** @typedef {{ page: string, name: string, query: URLSearchParams }} Route */

/** @returns {Route} */
function read() {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [page = "", ...rest] = path.split("/");
  return { page: page || "overview", name: decodeURIComponent(rest.join("/")), query: new URLSearchParams(query) };
}

export const route = signal(read());

addEventListener("hashchange", () => {
  route.value = read();
});

/** Where a host is shown. @param {string} origin */
export const hostLink = (origin) => `#/host/${encodeURIComponent(origin)}`;

/** Where hosts are listed. @param {string} filter */
export const hostsLink = (filter) => `#/hosts${filter ? `?${new URLSearchParams({ filter })}` : ""}`;

/**
 * Says in the address what of the page is shown, without a step back for it.
 *
 * @param {Record<string, string>} query
 */
export function keepQuery(query) {
  const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const text = kept.toString();
  const path = location.hash.split("?", 1)[0] || "#/";
  history.replaceState(null, "", text ? `${path}?${text}` : path);
}

// The live state: one WebSocket, over which the server tells what the page looks at, first all of it and then what
// changes.

import { batch, effect, signal } from "./dom.js";
import { ask } from "./ask.js";
import { patched } from "./patch.js";

/** @typedef {"connecting" | "live" | "lost" | "login"} LinkState */

/** How the connection to the server is, and when it is tried again, by `Date.now()`. */
export const link = signal({ state: /** @type {LinkState} */ ("connecting"), retry_at: 0 });

/** What is looked at, as the server told it last; `null` before it did. */
export const seen = signal(/** @type {any} */ (null));

/** Whether that is still what was looked at before. */
export const isTurning = signal(true);

/** What all looks have in common. */
export const head = signal(/** @type {any} */ (null));

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

/** @type {WebSocket | null} */
let socket = null;
let look = "";
/** Numbers of the look that is wanted, and of the one that the server tells of. */
let wanted = 0;
let told = -1;
let retryMs = RETRY_MS_MIN;
let timer = 0;

/**
 * Looks at something: the server tells of that from now on.
 *
 * @param {object} what
 */
export function lookAt(what) {
  const text = JSON.stringify(what);
  if (text === look) return;
  const was = look && JSON.parse(look);
  look = text;
  wanted += 1;
  batch(() => {
    isTurning.value = true;
    // Another part of the same list stays until the new one comes.
    if (was?.look !== JSON.parse(text).look || was?.host !== JSON.parse(text).host) seen.value = null;
  });
  say();
}

function say() {
  if (look && socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ id: wanted, ...JSON.parse(look) }));
  }
}

/** Connects, now. */
export function connect() {
  clearTimeout(timer);
  socket?.close();
  const address = new URL("/ws/fleet", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const mine = new WebSocket(address);
  socket = mine;
  told = -1;
  link.value = { state: link.value.state === "lost" ? "lost" : "connecting", retry_at: 0 };
  mine.onopen = say;
  mine.onmessage = (message) => {
    if (socket === mine) hear(JSON.parse(message.data));
  };
  mine.onclose = () => {
    if (socket === mine) lose();
  };
}

/** Ends the connection until somebody logged in. */
export function disconnect() {
  clearTimeout(timer);
  const was = socket;
  socket = null;
  was?.close();
  batch(() => {
    seen.value = null;
    head.value = null;
    link.value = { state: "login", retry_at: 0 };
  });
}

/** @param {any} message */
function hear(message) {
  retryMs = RETRY_MS_MIN;
  if (message.look !== undefined) {
    told = message.look;
    return;
  }
  // What was on its way when the page turned to something else.
  if (told !== wanted) return;
  batch(() => {
    if (link.value.state !== "live") link.value = { state: "live", retry_at: 0 };
    seen.value = message.full ?? patched(seen.value, message.patch);
    isTurning.value = false;
    if (seen.value.head !== head.value) head.value = seen.value.head;
  });
}

async function lose() {
  socket = null;
  const problem = await ask("/api/v1/auth/session").then(
    () => null,
    (problem) => problem,
  );
  if (problem?.status === 401) {
    disconnect();
    return;
  }
  clearTimeout(timer);
  link.value = { state: "lost", retry_at: Date.now() + retryMs };
  timer = setTimeout(connect, retryMs);
  retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
}

// For whoever looks from outside how the page is, such as a test.
effect(() => {
  document.documentElement.dataset.link = link.value.state;
});

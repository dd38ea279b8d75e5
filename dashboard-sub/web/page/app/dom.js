// What views are written with: one place that says which modules the page stands on.

import { h } from "../vendor/preact.mjs";
import htm from "../vendor/htm.mjs";
// Components that read signals are drawn anew when those change.
import "../vendor/signals.mjs";

export { Component, createRef, render } from "../vendor/preact.mjs";
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.mjs";
export { batch, computed, effect, signal } from "../vendor/signals-core.mjs";

/** A template that becomes elements. */
export const html = htm.bind(h);

// How the server wants things shown.

import { signal } from "./dom.js";
import { ask } from "./ask.js";

/**
 * @typedef {{ warning?: number | null, critical?: number | null, is_low?: boolean }} Bounds
 * @typedef {{ update_interval_ms: number, theme: string, thresholds: Record<string, Bounds> }} Config
 */

/** @type {{ value: Config }} */
export const config = signal({ update_interval_ms: 1000, theme: "dark", thresholds: {} });

export async function readConfig() {
  config.value = { ...config.value, ...(await ask("/api/config")) };
}

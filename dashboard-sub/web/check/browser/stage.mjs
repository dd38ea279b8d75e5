// A browser without a window, and what stories about it need. A Rust test starts the script of some stories with the
// server's address and its token, and does what the script asks for: a line `> what` on standard output is answered by
// `ok` on standard input.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

export const [base = "", token = ""] = process.argv.slice(2);
const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const browser = await chromium.launch({
  executablePath: process.env.GRAPEVINE_CHROMIUM ?? "/usr/bin/chromium",
  // Root has no sandbox of its own here, and the page is ours.
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
export const page = await context.newPage();
page.setDefaultTimeout(60_000);

/** What browsers complain of, but for answers that a wrong token or none is to get. @type {string[]} */
const complaints = [];
page.on("console", (message) => {
  if (message.type() === "error" && !message.text().includes("401")) complaints.push(message.text());
});
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("request", (request) => {
  if (!request.url().startsWith(base)) complaints.push(`asks ${request.url()}`);
});

/** Has the test do something. @param {string} what */
export async function demand(what) {
  console.log(`> ${what}`);
  await answers.next();
}

/** @param {boolean} is @param {string} what */
export function expect(is, what) {
  if (!is) throw new Error(`not so: ${what}`);
}

/** @param {string} where */
export async function expectAccessible(where) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
  const list = found.violations.map((/** @type {any} */ it) => `${it.id}: ${it.help}: ${it.nodes.slice(0, 3).map((/** @type {any} */ node) => `${node.html} ${node.failureSummary}`).join(" | ")}`);
  expect(list.length === 0, `axe finds nothing in ${where}, but:\n${list.join("\n")}`);
}

/** @param {string} hash @param {string} selector */
export async function open(hash, selector) {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.waitForSelector(selector);
}

/** Tells all stories, and ends with 1 if one of them is not so. @param {Record<string, () => Promise<void>>} stories */
export async function tell(stories) {
  let failures = 0;
  for (const [story, play] of Object.entries(stories)) {
    try {
      await play();
      expect(complaints.length === 0, `the browser complains of nothing, but: ${complaints.splice(0).join("; ")}`);
      console.log(`${story}: ok`);
    } catch (error) {
      failures += 1;
      console.log(`${story}: FAILED: ${error}`);
      await page.screenshot({ path: `${process.env.GRAPEVINE_SHOTS ?? "/tmp"}/failure-${failures}.png` });
    }
  }
  await browser.close();
  console.log("the end");
  process.exit(failures === 0 ? 0 : 1);
}

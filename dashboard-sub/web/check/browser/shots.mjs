// Takes the README's pictures of the dashboard, of hosts that do not exist: `npm run shots`.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const repository = fileURLToPath(new URL("../../../..", import.meta.url));
const demo = spawn("cargo", ["run", "--quiet", "--locked", "-p", "grapevine-web", "--example", "demo", "--", "40", "0"], {
  cwd: repository,
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => demo.kill());
const said = createInterface({ input: demo.stdout })[Symbol.asyncIterator]();
const base = (await said.next()).value;
const browser = await chromium.launch({
  executablePath: process.env.GRAPEVINE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const SHOTS = [
  { name: "web-overview", viewport: DESKTOP, hash: "#/", selector: ".hero" },
  { name: "web-host", viewport: DESKTOP, hash: "", selector: "article.gpu .gpu-big" },
  { name: "web-phone", viewport: PHONE, hash: "#/", selector: ".hero" },
];

/** The host with the most to show. @param {any} fleet */
const richest = ({ items }) =>
  items.toSorted((/** @type {any} */ one, /** @type {any} */ other) => Object.keys(other.panels).length - Object.keys(one.panels).length)[0].host;

for (const { name, viewport, hash, selector } of SHOTS) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", deviceScaleFactor: viewport === PHONE ? 2 : 1 });
  const page = await context.newPage();
  await page.goto(base);
  await page.waitForSelector(".pulse.is-live");
  const fleet = await (await fetch(`${base}/api/v1/hosts?filter=gpu.use%3E0&limit=100`)).json();
  await page.evaluate((to) => (location.hash = to), hash || `#/host/${richest(fleet)}`);
  await page.waitForSelector(selector);
  // Sparklines are drawn once their past has come.
  await page.waitForTimeout(5000);
  const devtools = await context.newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 80 });
  const picture = Buffer.from(data, "base64");
  writeFileSync(`${repository}/docs/${name}.webp`, picture);
  console.log(`${name}: ${(picture.length / 1000).toFixed(0)} kB`);
  await context.close();
}
await browser.close();
process.exit(0);

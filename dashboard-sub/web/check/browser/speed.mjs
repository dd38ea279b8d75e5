// Measures what the dashboard takes of a browser: how busy its main thread is, how many pictures it shows a second, and
// what it receives.

import { chromium } from "playwright-core";

const [base = ""] = process.argv.slice(2);
const SECONDS = 20;
const browser = await chromium.launch({
  executablePath: process.env.GRAPEVINE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
const devtools = await context.newCDPSession(page);
// Its processor time, which does not grow while other programs have the machine.
await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
await devtools.send("Network.enable");
let received = 0;
devtools.on("Network.webSocketFrameReceived", ({ response }) => (received += response.payloadData.length));

/** Seconds of a processor that the main thread has had so far. */
async function worked() {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}

const wait = (/** @type {number} */ seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Pictures a second, and the longest time between two. */
const frames = () =>
  page.evaluate(
    (seconds) =>
      new Promise((resolve) => {
        let [count, longest, began, last] = [0, 0, 0, 0];
        const count_one = (/** @type {number} */ now) => {
          if (began === 0) began = last = now;
          else count += 1;
          longest = Math.max(longest, now - last);
          last = now;
          if (now - began < seconds * 1000) requestAnimationFrame(count_one);
          else resolve({ rate: count / ((now - began) / 1000), longest });
        };
        requestAnimationFrame(count_one);
      }),
    SECONDS,
  );

await page.goto(base);
await page.waitForSelector(".hero");
const pages = { "#/": ".hero", "#/hosts": "tbody tr[aria-rowindex]", "#/map": ".heat a", "#/mesh": ".mesh" };
for (const [hash, selector] of Object.entries(pages)) {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.waitForSelector(selector);
  await wait(3);
  const [before, bytes] = [await worked(), received];
  await wait(SECONDS);
  const share = ((await worked()) - before) / SECONDS;
  const rate = (received - bytes) / SECONDS / 1000;
  const { rate: fps, longest } = /** @type {any} */ (await frames());
  console.log(
    `  ${hash} in Chromium: main thread ${(share * 100).toFixed(1)} % of a core, ${fps.toFixed(1)} pictures/s, at most ${longest.toFixed(0)} ms between two, ${rate.toFixed(1)} kB/s received`,
  );
}
await browser.close();

// Looks at a host with GPUs, whose agent comes and goes.

import { base, demand, expect, expectAccessible, open, page, tell } from "./stage.mjs";

/** What the card of a GPU says. @param {string} gpu */
const card = (gpu) => page.locator(`article.gpu:has(.gpu-name:text-is("${gpu}"))`).innerText();

await tell({
  async "each GPU has a card with its figures and its processes"() {
    await page.goto(base);
    await page.waitForSelector(".hero");
    await open("#/host/gpu-host", "article.gpu >> nth=1");
    await page.waitForSelector("article.gpu:has-text('341 W')");
    const [first, second] = [await card("0"), await card("1")];
    for (const figure of ["RTX 3090", "97 %", "74 °C", "341 W", "of 350 W", "4101", "slowed"]) expect(first.includes(figure), `${figure} is among ${first}`);
    for (const figure of ["RTX 3090", "0 %", "31 °C", "21.9 W"]) expect(second.includes(figure), `${figure} is among ${second}`);
    await expectAccessible("a host with GPUs");
  },

  async "a change on the host is a change on the screen"() {
    for (const watts of [123, 234, 99]) {
      await demand(`power ${watts}`);
      const began = Date.now();
      await page.waitForSelector(`article.gpu:has-text("${watts} W")`);
      console.log(`${Date.now() - began} ms until ${watts} W showed`);
    }
  },

  async "a GPU that is lost is told"() {
    await demand("lose");
    await page.waitForSelector("article.gpu.is-away:has-text('lost')");
    await expectAccessible("a host with a lost GPU");
    await demand("find");
    await page.waitForSelector("article.gpu.is-away", { state: "detached" });
  },

  async "an agent that is killed is told, and so is its return"() {
    await demand("kill");
    await page.waitForSelector(".notice:has-text('No agent answers')");
    await page.waitForSelector(".notice button:has-text('Retry now')");
    await expectAccessible("a dashboard without an agent");
    await demand("return");
    await page.waitForSelector(".notice", { state: "detached", timeout: 60_000 });
    await page.waitForSelector("article.gpu:has-text('341 W')", { timeout: 60_000 });
  },
});

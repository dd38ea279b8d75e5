// Uses the dashboard of a thousand hosts as people do.

import { base, demand, expect, expectAccessible, open, page, tell, token } from "./stage.mjs";

await tell({
  async "a wrong token is told, the right one opens"() {
    await page.goto(base);
    await page.fill("#token", "wrong-0123456789abcdef");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#login-problem:has-text('wrong token')");
    await expectAccessible("the login");
    await page.fill("#token", token);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".hero");
    await page.waitForSelector(".pulse.is-live");
    await page.waitForSelector(".demo:has-text('DEMO')");
  },

  async "a change on the host is a change on the screen"() {
    await open("#/host/probe", ".host-head");
    for (const percent of [87, 12, 64]) {
      await demand(`cpu ${percent}`);
      const began = Date.now();
      await page.waitForSelector(`#panel-cpu ~ .gauge .gauge-text:has-text("${percent} %")`);
      console.log(`${Date.now() - began} ms until ${percent} % showed`);
    }
  },

  async "an agent that dies is told, and so is its return"() {
    await demand("kill");
    await page.waitForSelector(".notice:has-text('No agent answers')");
    await page.waitForSelector(".notice button:has-text('Retry now')");
    await demand("return");
    await page.waitForSelector(".notice", { state: "detached" });
  },

  async "a filter finds hosts among a thousand"() {
    await open("#/hosts", "tbody tr[aria-rowindex]");
    await page.waitForFunction(() => Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount")) > 900);
    const rows = await page.locator("tbody tr[aria-rowindex]").count();
    expect(rows < 80, `only what can be seen is there, not ${rows} rows`);
    await page.keyboard.press("/");
    await page.keyboard.type("host=prob* cpu>=0");
    await page.waitForFunction(() => document.querySelector("[role=grid]")?.getAttribute("aria-rowcount") === "2");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("colour=blue");
    await page.waitForSelector("#filter-note.problem:has-text('colour')");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await page.waitForFunction(() => Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount")) > 900);
  },

  async "everything is reached by keys alone"() {
    await open("#/", ".hero");
    await page.evaluate(() => /** @type {any} */ (document.activeElement)?.blur());
    await page.keyboard.press("h");
    await page.waitForSelector("[role=grid]");
    await page.focus("[role=grid]");
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
    await page.waitForSelector("#row-1[aria-selected=true]");
    await page.keyboard.press("End");
    await page.waitForFunction(() => document.querySelector("tr[aria-selected=true]")?.id === `row-${Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount")) - 2}`);
    await page.keyboard.press("Home");
    await page.waitForSelector("#row-0[aria-selected=true]");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".host-head");
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    await expectAccessible("the help");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" });
    await page.keyboard.press("m");
    await page.waitForSelector(".heat a");
    await page.focus(".heat a[tabindex='0']");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".host-head");
    await page.keyboard.press("o");
    await page.waitForSelector(".hero");
    await page.reload();
    await page.waitForSelector(".hero");
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement?.textContent);
    expect(first === "Skip to the content", `the first stop is the skip link, not ${first}`);
  },

  async "axe finds nothing wrong, dark and light, and nothing is wider than a phone"() {
    const pages = { "#/": ".hero", "#/hosts": "tbody tr[aria-rowindex]", "#/map": ".heat a", "#/mesh": ".mesh", "#/events": "h1:has-text('Events')", "#/host/probe": ".panel" };
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      for (const look of ["light", "dark"]) {
        for (const [hash, selector] of Object.entries(pages)) {
          await open(hash, selector);
          await expectAccessible(`${hash}, ${look}, ${width} wide`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(wide <= width, `${hash} is ${wide} wide on ${width}`);
          if (hash === "#/") await page.keyboard.press("t");
        }
      }
    }
  },
});

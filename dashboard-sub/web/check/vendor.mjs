// Copies the modules that the page is made of from their npm packages, and writes down what they are.
// `npm ci && npm run vendor`

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const FROM = new URL("node_modules/", import.meta.url);
const TO = new URL("../page/vendor/", import.meta.url);

/** Package, file in it, name here. */
const FILES = [
  ["preact", "dist/preact.mjs", "preact.mjs"],
  ["preact", "hooks/dist/hooks.mjs", "hooks.mjs"],
  ["htm", "dist/htm.mjs", "htm.mjs"],
  ["@preact/signals-core", "dist/signals-core.mjs", "signals-core.mjs"],
  ["@preact/signals", "dist/signals.mjs", "signals.mjs"],
  ["uplot", "dist/uPlot.esm.js", "uplot.mjs"],
  ["uplot", "dist/uPlot.min.css", "uplot.css"],
];

/** Browsers know no packages: these become relative. */
const IMPORTS = {
  'from"preact"': 'from"./preact.mjs"',
  'from"preact/hooks"': 'from"./hooks.mjs"',
  'from"@preact/signals-core"': 'from"./signals-core.mjs"',
};

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

mkdirSync(new URL("licences/", TO), { recursive: true });
const modules = FILES.map(([name, path, file]) => {
  const original = readFileSync(new URL(`${name}/${path}`, FROM), "utf8");
  let text = original;
  for (const [from, to] of Object.entries(IMPORTS)) text = text.replaceAll(from, to);
  writeFileSync(new URL(file, TO), text);
  const { version, license } = JSON.parse(readFileSync(new URL(`${name}/package.json`, FROM), "utf8"));
  const licence_file = `licences/${name.replace("@", "").replace("/", "-")}.txt`;
  writeFileSync(new URL(licence_file, TO), readFileSync(new URL(`${name}/LICENSE`, FROM)));
  const of_package = sha256(original);
  return { file, package: name, version, licence: license, licence_file, path, sha256: sha256(text), sha256_in_package: of_package };
});
writeFileSync(new URL("manifest.json", TO), `${JSON.stringify({ imports: IMPORTS, modules }, null, 2)}\n`);

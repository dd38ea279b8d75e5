// Finds elements in templates that are not closed, or closed by another name: neither browser nor compiler would say so.
// `npm run lint`

import { readdirSync, readFileSync } from "node:fs";

const PAGE = new URL("../page/app/", import.meta.url);

/** Elements without an end of their own are written `<br />` in templates, as in XML. */
const problems = [];
let count = 0;
for (const name of readdirSync(PAGE, { recursive: true }).map(String)) {
  if (!name.endsWith(".js")) continue;
  const source = readFileSync(new URL(name, PAGE), "utf8");
  for (const { text, line } of templates(source)) {
    count += 1;
    const problem = check(text);
    if (problem) problems.push(`page/app/${name}:${line}: ${problem}`);
  }
}
if (count === 0) problems.push("no templates were found");
for (const problem of problems) console.error(problem);
console.log(`${count} templates, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/**
 * All texts behind `html`, those inside of others included; what is put into them stands as `\0`.
 *
 * @param {string} source
 */
function templates(source) {
  const found = [];
  for (let at = source.indexOf("html`"); at >= 0; at = source.indexOf("html`", at + 1)) {
    const line = source.slice(0, at).split("\n").length;
    found.push({ text: read(source, at + 5).text, line });
  }
  return found;
}

/**
 * The template that begins at `at`, up to its end.
 *
 * @param {string} source
 * @param {number} at
 * @returns {{ text: string, end: number }}
 */
function read(source, at) {
  let text = "";
  while (at < source.length && source[at] !== "`") {
    if (source.startsWith("${", at)) {
      at = skip(source, at + 2);
      text += "\0";
    } else {
      text += source[at];
      at += 1;
    }
  }
  return { text, end: at + 1 };
}

/** Behind the brace that ends the code which begins at `at`. @param {string} source @param {number} at */
function skip(source, at) {
  for (let depth = 1; depth > 0 && at < source.length; ) {
    const sign = source[at];
    if (sign === "`") at = read(source, at + 1).end;
    else if (sign === '"' || sign === "'") at = source.indexOf(sign, at + 1) + 1;
    else if (source.startsWith("//", at)) at = source.indexOf("\n", at);
    else if (sign === "/" && /[(,=]\s*$/.test(source.slice(0, at))) at += /\/(?:\\.|\[[^\]]*\]|[^/\\])+\//.exec(source.slice(at))?.[0].length ?? 1;
    else {
      depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
      at += 1;
    }
  }
  return at;
}

/** What is wrong with a template, if anything is. @param {string} text */
function check(text) {
  const open = [];
  const tags = /<(\/?)([\w-]+|\0|\/?)((?:"[^"]*"|[^">])*?)(\/?)>/g;
  for (const [tag, end, name, , isWhole] of text.matchAll(tags)) {
    if (end) {
      const begun = open.pop();
      if (begun === undefined) return `${shown(tag)} ends nothing`;
      // `<//>` ends whatever was begun.
      if (name !== "/" && begun !== name) return `${shown(tag)} ends <${shown(begun)}>`;
    } else if (!isWhole) open.push(name);
  }
  if (/<(?![\w/\0-])/.test(text)) return "a `<` that begins no element: write it as a text in `${}`";
  return open.length > 0 ? `<${shown(open.pop() ?? "")}> has no end` : "";
}

/** @param {string} tag */
function shown(tag) {
  return tag.replace(/\s+/g, " ").replaceAll("\0", "${…}");
}

// The house rules that no other tool knows: sizes, banned calls, open TODOs, dead links, a page an error code.
// Usage: node tools/house.mjs [--root folder]. Every message says what to do instead.
// A line that must break a rule says so: `// house: <rule>: <reason>`, on it or on the line before.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const fileLines = { warn: 300, max: 400 };
const functionLines = { warn: 60, max: 70 };

/** What may not be written where. `call` is compared with the text of a call, `new` or property access. */
const bannedCalls = [
  ban("clock", ["Date.now", "new Date()", "Date()", "performance.now", "process.hrtime"], {
    except: ["src/clock/"],
    instead: "take the time as an argument, or a Clock where the parts are put together",
  }),
  ban("random", ["Math.random"], {
    except: [],
    instead: "take a Random (src/clock/random.ts) as an argument",
  }),
  ban("environment", ["process.env"], {
    except: ["src/config/"],
    instead: "read it in src/config and pass it in",
  }),
  ban("console", ["console"], {
    except: ["src/cli/"],
    instead: "take the logger as an argument, or return the text",
  }),
  ban("timer", ["setTimeout", "setInterval"], {
    except: ["src/clock/"],
    instead: "use the timers of the Clock",
  }),
];

function ban(rule, calls, { except, instead }) {
  return { rule, calls: new Set(calls), except, instead };
}

/** Statements of SQL, loosely: enough not to take a sentence that begins with "update" for one. */
const sql =
  /^\s*(select\b[\s\S]*\bfrom\b|with\b[\s\S]*\bas\s*\(|insert\s+(or\s+\w+\s+)?into\b|update\b[\s\S]*\bset\b|delete\s+from\b|(create|alter|drop)\s+(unique\s+)?(table|index|view|schema|trigger|database)\b|truncate\b|pragma\s+\w+|lock\s+table\b)/i;

const root = rootFolder();
const failures = [];
const warnings = [];

const files = list(root);
const codeFiles = files.filter((file) => /^(src|test|tools|bench|bin)\//.test(file) && isCode(file));
for (const file of codeFiles) checkCode(file);
for (const file of files.filter((name) => /^(src|test|tools|bench|bin)\//.test(name))) checkTodos(file);
for (const file of files.filter((name) => name.endsWith(".md"))) checkLinks(file);
const errorPages = await checkErrorPages();

const broken = [...new Set(failures.map(({ place, text }) => `${place}: ${text}`))];
for (const { place, text } of warnings) console.log(`warning ${place}: ${text}`);
for (const line of broken) console.error(line);
console.log(
  `${codeFiles.length} files, ${errorPages}, ${broken.length} broken rules, ${warnings.length} warnings`,
);
process.exitCode = failures.length > 0 ? 1 : 0;

function checkCode(file) {
  const text = readFileSync(join(root, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const report = { file, source, lines: text.split("\n"), isTest: file.endsWith(".test.ts") };
  const count = text.trimEnd().split("\n").length;
  if (!file.endsWith(".generated.ts")) {
    measure(report, { line: count, count, limit: fileLines, what: "the file", remedy: "split it by noun" });
  }
  visit(source, report);
}

function visit(node, report) {
  checkFunction(node, report);
  if (report.file.startsWith("src/") && !report.isTest && !isForBrowsers(report.file)) {
    checkCall(node, report);
    checkSql(node, report);
  }
  ts.forEachChild(node, (child) => visit(child, report));
}

/** Scripts of pages have the browser's own time, and no parts that anybody puts together. */
function isForBrowsers(file) {
  return file.endsWith(".js") && file.includes("/assets/");
}

/** The callback of a `describe` is a chapter, not a function: only its tests are measured. */
function checkFunction(node, report) {
  if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
  if (ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText())) return;
  const line = lineOf(node, report.source);
  const count = report.source.getLineAndCharacterOfPosition(node.end).line + 2 - line;
  measure(report, { line, count, limit: functionLines, what: nameOf(node), remedy: "name its steps" });
}

function measure(report, { line, count, limit, what, remedy }) {
  if (count <= limit.warn || isExcused(report, line, "size")) return;
  const text = `${what} has ${count} lines, ${limit.warn} are good and ${limit.max} the most: ${remedy} (size)`;
  (count > limit.max ? failures : warnings).push({ place: `${report.file}:${line}`, text });
}

function nameOf(node) {
  const name = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return name === undefined ? "this function" : `${name.getText()}()`;
}

function checkCall(node, report) {
  const written = writtenAs(node);
  if (written === undefined) return;
  for (const { rule, calls, except, instead } of bannedCalls) {
    if (!calls.has(written) || except.some((folder) => isIn(report.file, folder))) continue;
    fail(report, node, rule, `${written} does not belong here: ${instead}`);
  }
}

/** The name under which the table of banned calls knows this node. */
function writtenAs(node) {
  if (ts.isNewExpression(node)) {
    return node.expression.getText() === "Date" && !node.arguments?.length ? "new Date()" : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.getText() === "Date") return "Date()";
  if (ts.isPropertyAccessExpression(node)) return node.getText().replace(/^globalThis\./, "");
  if (!ts.isIdentifier(node) || !["setTimeout", "setInterval", "console"].includes(node.text))
    return undefined;
  const isMember = "name" in node.parent && node.parent.name === node;
  return isMember ? undefined : node.text;
}

function checkSql(node, report) {
  if (!ts.isTemplateExpression(node) || ts.isTaggedTemplateExpression(node.parent)) return;
  const parts = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
  if (!sql.test(parts.join(" ? "))) return;
  fail(
    report,
    node,
    "sql",
    "SQL is put together from pieces: write it out and bind the values as parameters",
  );
}

function checkTodos(file) {
  if (!/\.(ts|js|mjs|sql|css|html)$/.test(file)) return;
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  for (const [index, line] of lines.entries()) {
    const comment = /(?:\/\/|\/\*|^\s*\*|--|<!--)(.*)/.exec(line)?.[1] ?? "";
    if (!/\b(TODO|FIXME)\b(?!\s*\(?#\d+)/.test(comment) || isExcused({ lines }, index + 1, "todo")) continue;
    failures.push({
      place: `${file}:${index + 1}`,
      text: "an open end without an issue: open one and write its number, like TODO(#12) (todo)",
    });
  }
}

function checkLinks(file) {
  let isFenced = false;
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  for (const [index, line] of lines.entries()) {
    if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced;
    if (isFenced) continue;
    const links = [
      ...line.replace(/`[^`]*`/g, "").matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*<?([^\s>]+)/g),
    ];
    for (const link of links) checkLink(`${file}:${index + 1}`, file, link[1] ?? link[2] ?? "");
  }
}

function checkLink(place, file, link) {
  const path = decodeURI(link.replace(/[#?].*$/, ""));
  if (path === "" || /^[a-z][a-z0-9+.-]*:/i.test(path)) return;
  const target = path.startsWith("/") ? join(root, path) : resolve(root, dirname(file), path);
  if (existsSync(target)) return;
  failures.push({
    place,
    text: `the link leads to ${relative(root, target)}, which does not exist: correct it (link)`,
  });
}

/** Each code of the error table has one page in docs/errors, and no page is left over. */
async function checkErrorPages() {
  const table = join(root, "src", "errors", "codes.ts");
  if (!existsSync(table)) return "error pages not compared (no src/errors/codes.ts yet)";
  const { errorTable } = await import(pathToFileURL(table).href);
  const codes = Object.keys(errorTable ?? {});
  if (codes.length === 0) {
    failures.push({
      place: "src/errors/codes.ts:1",
      text: "exports no record errorTable: export it (errors)",
    });
  }
  const pages = files
    .filter((file) => /^docs\/errors\/[^/]+\.md$/.test(file) && basename(file) !== "README.md")
    .map((file) => basename(file, ".md"));
  for (const code of codes.filter((name) => !pages.includes(name))) {
    const page = `docs/errors/${code}.md`;
    failures.push({
      place: `${page}:1`,
      text: `${code} has no page: write its meaning, cause and remedy (errors)`,
    });
  }
  for (const page of pages.filter((name) => !codes.includes(name))) {
    const text = `no error has the code ${page}: remove the page, or add the code to src/errors/codes.ts (errors)`;
    failures.push({ place: `docs/errors/${page}.md:1`, text });
  }
  return `${codes.length} error codes`;
}

function fail(report, node, rule, text) {
  const line = lineOf(node, report.source);
  if (!isExcused(report, line, rule))
    failures.push({ place: `${report.file}:${line}`, text: `${text} (${rule})` });
}

/** An excuse without a reason is none. */
function isExcused(report, line, rule) {
  const excuse = new RegExp(`(//|--|/\\*)\\s*house: ${rule}: \\S`);
  return [report.lines[line - 1], report.lines[line - 2]].some(
    (text) => text !== undefined && excuse.test(text),
  );
}

function lineOf(node, source) {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** "src/clock/" is the folder and the file src/clock.ts. */
function isIn(file, folder) {
  return file.startsWith(folder) || file === `${folder.slice(0, -1)}.ts`;
}

function isCode(file) {
  return /\.(ts|mjs|js)$/.test(file) && !file.endsWith(".d.ts") && !file.endsWith(".generated.ts");
}

function list(folder) {
  const skipped = new Set(["node_modules", ".git", ".stage", "dist", "coverage", "data", "generated"]);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : list(path);
    return entry.isFile() && extname(path) !== "" ? [relative(root, path).replaceAll("\\", "/")] : [];
  });
}

function rootFolder() {
  const at = process.argv.indexOf("--root");
  const given = at === -1 ? undefined : process.argv[at + 1];
  return given === undefined ? dirname(dirname(fileURLToPath(import.meta.url))) : resolve(given);
}

import type { Operation } from "./reference.ts";

/** The same call in one language. */
export interface Example {
  readonly language: string;
  readonly code: string;
}

/** A call that works once the key is in the environment and the ids are real ones. */
export function examplesOf(operation: Operation, origin: string, base: string): readonly Example[] {
  const url = `${origin}${base}${filledPath(operation.path)}`;
  return [
    { language: "curl", code: curl(operation, url) },
    { language: "TypeScript", code: typescript(operation, url) },
    { language: "Python", code: python(operation, url) },
  ];
}

/** What stands for a parameter in examples. */
export const sampleParameters: Readonly<Record<string, string>> = {
  id: "0199e3c1-5d1e-7a40-8c11-3f1f6f3b2a10",
  number: "+14155550123",
  dialect: "vonage",
};

function filledPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, (whole, name: string) => sampleParameters[name] ?? whole);
}

function hasBody(operation: Operation): boolean {
  return operation.body !== null && (operation.body.isRequired || !isEmpty(operation.body.example));
}

function isEmpty(example: unknown): boolean {
  return typeof example === "object" && example !== null && Object.keys(example).length === 0;
}

function answersNothing({ successes }: Operation): boolean {
  return successes.every((one) => one.schema === null);
}

function curl(operation: Operation, url: string): string {
  const { method } = operation;
  const lines = [`curl ${quotedForShell(url)}`, `-H "Authorization: Bearer $COUNTERSIGN_API_KEY"`];
  // --json makes a POST by itself.
  const withBody = hasBody(operation);
  if (method !== "GET" && !(method === "POST" && withBody))
    lines[0] = `curl -X ${method} ${quotedForShell(url)}`;
  if (withBody) lines.push(`--json ${quotedForShell(spaced(operation.body?.example))}`);
  return lines.join(" \\\n  ");
}

function quotedForShell(text: string): string {
  return /^[\w./:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** JSON on one line, as people write it. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/\n\s*/g, " ")
    .replaceAll(/([{[]) | ([}\]])/g, "$1$2");
}

/** In two pieces, because it is a template of the example and none of ours. */
const bearer = ["`Bearer $", "{process.env.COUNTERSIGN_API_KEY}`"].join("");

function typescript(operation: Operation, url: string): string {
  const { method } = operation;
  const withBody = hasBody(operation);
  const options = [
    ...(method === "GET" ? [] : [`  method: "${method}",`]),
    ...(withBody
      ? [
          "  headers: {",
          `    authorization: ${bearer},`,
          '    "content-type": "application/json",',
          "  },",
          `  body: JSON.stringify(${spaced(operation.body?.example)}),`,
        ]
      : [`  headers: { authorization: ${bearer} },`]),
  ];
  const fetched = [`const response = await fetch(${JSON.stringify(url)}, {`, ...options, "});"];
  if (answersNothing(operation)) return [...fetched, "console.log(response.status);"].join("\n");
  return [
    ...fetched,
    "const answer = await response.json();",
    "if (!response.ok) throw new Error(answer.code);",
    "console.log(answer);",
  ].join("\n");
}

function python(operation: Operation, url: string): string {
  const { method } = operation;
  const withBody = hasBody(operation);
  const authorization = `"Authorization": "Bearer " + os.environ["COUNTERSIGN_API_KEY"]`;
  const headers = withBody
    ? ["    headers={", `        ${authorization},`, `        "Content-Type": "application/json",`, "    },"]
    : [`    headers={${authorization}},`];
  const prints = answersNothing(operation) ? "response.status" : "json.load(response)";
  return [
    answersNothing(operation) && !withBody ? "import os" : "import json\nimport os",
    "import urllib.request",
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(url)},`,
    ...(method === "GET" ? [] : [`    method="${method}",`]),
    ...(withBody ? [`    data=json.dumps(${pythonOf(operation.body?.example)}).encode(),`] : []),
    ...headers,
    ")",
    "with urllib.request.urlopen(request) as response:",
    `    print(${prints})`,
  ].join("\n");
}

/** A value of JSON as Python writes it. */
function pythonOf(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${pythonOf(one)}`);
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}

import type { Json } from "../http/contract.ts";
import { operationsOf } from "../http/contract.ts";

/** What the client has by hand, with sentences of its own; the compiler holds these to the routes' schemas. */
const byHand: ReadonlySet<string> = new Set([
  "Start",
  "Verification",
  "Problem",
  "VerificationList",
  "Check",
  "Delivery",
  "VerificationDetails",
  "Continuation",
  "Settlement",
  "Number",
  "Erased",
  "NewPage",
  "Page",
  "Ticket",
  "RedeemedTicket",
]);
/** Operations whose query the client has by hand. */
const queriesByHand: ReadonlySet<string> = new Set(["listVerifications"]);

/** The schemas of an OpenAPI document as TypeScript: one interface each, one line a property. */
export function schemaTypes(document: Json): string {
  const schemas = Object.entries<Json>(document.components.schemas).filter(([name]) => !byHand.has(name));
  const queries = operationsOf(document).flatMap(({ operation }) => {
    const asked = ((operation.parameters ?? []) as Json[]).filter((one) => one["in"] === "query");
    if (asked.length === 0 || queriesByHand.has(operation.operationId)) return [];
    const properties = Object.fromEntries(asked.map((one) => [one["name"], queried(one)]));
    const required = asked.filter((one) => one["required"] === true).map((one) => one["name"]);
    return [[`${capital(operation.operationId)}Query`, { type: "object", properties, required }] as const];
  });
  return [
    "// Written by `npx vitest run test/client/ -u` from the server's OpenAPI document.",
    ...[...schemas, ...queries].map(([name, schema]) => interfaceOf(name, schema)),
    "",
  ].join("\n");
}

function queried({ schema, description }: Json): Json {
  return { ...schema, description: description ?? schema.description };
}

function interfaceOf(name: string, schema: Json): string {
  const lines = propertiesOf(schema).map((line) => `  ${line}\n`);
  const about = schema.description === undefined ? "" : `/** ${sentence(schema.description)} */\n`;
  return `\n${about}export interface ${name} {\n${lines.join("")}}`;
}

function propertiesOf({ properties = {}, required = [] }: Json): string[] {
  return Object.entries<Json>(properties).map(([name, schema]) => {
    const about = typeof schema.description === "string" ? `/** ${sentence(schema.description)} */ ` : "";
    return `${about}readonly ${name}${required.includes(name) ? "" : "?"}: ${typeOf(schema)};`;
  });
}

// house: complexity: one line for each kind of schema
function typeOf(schema: Json): string {
  if (typeof schema.$ref === "string") return schema.$ref.split("/").at(-1) ?? "never";
  if (Array.isArray(schema.enum)) return schema.enum.map((one: unknown) => JSON.stringify(one)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(typeOf).join(" | ");
  if (Array.isArray(schema.type)) {
    return schema.type.map((type: string) => typeOf({ ...schema, type })).join(" | ");
  }
  switch (schema.type) {
    case "integer":
      return "number";
    case "array":
      return `readonly ${nested(typeOf(schema.items))}[]`;
    case "object":
      return objectOf(schema);
    case "string":
    case "number":
    case "boolean":
    case "null":
      return schema.type;
    default:
      return "unknown";
  }
}

function objectOf(schema: Json): string {
  const [values] = Object.values<Json>(schema.patternProperties ?? {});
  if (values !== undefined) return `Readonly<Record<string, ${typeOf(values)}>>`;
  const properties = propertiesOf(schema).map((line) => line.replace(/^\/\*\*.*?\*\/ /, ""));
  return `{ ${properties.join(" ").replace(/;$/, "")} }`;
}

function nested(type: string): string {
  return type.includes(" ") && !type.startsWith("{") ? `(${type})` : type;
}

function sentence(text: string): string {
  return text.replaceAll("*/", "*\\/");
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

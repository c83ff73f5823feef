import { html } from "ghtml";
import type { Parameter, Schema } from "./document-types.ts";

/** The fields of an object, nested ones below their own. */
export function fieldsPart(schema: Schema): string {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return html`<p class="quiet">${typeOf(schema)}</p>`;
  return html`<dl class="fields">!${fields.map(([name, field]) =>
    fieldPart({ name, schema: field, isRequired: required.has(name) }),
  )}</dl>`;
}

/** What goes into the path, the query and the headers. */
export function parametersPart(parameters: readonly Parameter[]): string {
  return html`<dl class="fields">!${parameters.map(({ name, schema, description, required, ...parameter }) =>
    fieldPart({
      name,
      schema: description === undefined ? schema : { ...schema, description },
      isRequired: required === true,
      where: parameter.in,
    }),
  )}</dl>`;
}

interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
  readonly where?: string;
}

function fieldPart({ name, schema, isRequired, where }: Field): string {
  const limits = limitsOf(schema);
  const inner = innerObject(schema);
  return html`<dt><code>${name}</code> <span class="type">!${typePart(schema)}</span>
!${where === undefined ? "" : html`<span class="type">in ${where}</span>`}
!${isRequired ? html`<span class="required">required</span>` : ""}</dt>
<dd>!${schema.description === undefined ? "" : html`<p>${schema.description}</p>`}
!${limits === "" ? "" : html`<p class="limits">!${limits}</p>`}
!${inner === null ? "" : fieldsPart(inner)}</dd>
`;
}

/** The object behind an array or a choice with null. */
function innerObject(schema: Schema): Schema | null {
  if (schema.properties !== undefined) return schema;
  if (schema.items !== undefined) return innerObject(schema.items);
  for (const one of schema.anyOf ?? []) {
    const inner = innerObject(one);
    if (inner !== null) return inner;
  }
  return null;
}

/** A type in words; names of schemas are links. */
export function typePart(schema: Schema): string {
  const { $ref, items, anyOf } = schema;
  if ($ref !== undefined) {
    const name = schemaName($ref);
    return html`<a href="/api/docs/schemas/${name}">${name}</a>`;
  }
  if (anyOf !== undefined) return anyOf.map(typePart).join(" or ");
  if (items !== undefined) return html`list of !${typePart(items)}`;
  return html`${typeOf(schema)}`;
}

function typeOf({ type, format, additionalProperties, patternProperties, ...schema }: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (format === "date-time") return "instant";
  if (schema.enum !== undefined) return "one of";
  if (patternProperties !== undefined || typeof additionalProperties === "object") return "map of strings";
  return [type ?? "any"].flat().join(" or ");
}

export function schemaName($ref: string): string {
  return $ref.slice($ref.lastIndexOf("/") + 1);
}

function limitsOf(schema: Schema): string {
  const said = [
    valuesOf(schema),
    between(schema.minimum, schema.maximum, ""),
    between(schema.minLength, schema.maxLength, "characters"),
    between(schema.minItems, schema.maxItems, "entries"),
    schema.maxProperties === undefined ? "" : html`at most ${schema.maxProperties} entries`,
    schema.pattern === undefined ? "" : html`pattern <code>${schema.pattern}</code>`,
    schema.default === undefined ? "" : html`default <code>${JSON.stringify(schema.default)}</code>`,
  ];
  return said.filter((one) => one !== "").join(", ");
}

function valuesOf(schema: Schema): string {
  const values = schema.enum ?? schema.items?.enum ?? [];
  return values.map((one) => html`<code>${String(one)}</code>`).join(" ");
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined && most === undefined) return "";
  if (least === undefined) return html`at most ${most} ${unit}`.trim();
  if (most === undefined) return html`at least ${least} ${unit}`.trim();
  return (least === most ? html`${least} ${unit}` : html`${least} to ${most} ${unit}`).trim();
}

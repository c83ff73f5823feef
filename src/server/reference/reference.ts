import type { ApiDocument, OperationObject, Parameter, Response, Schema } from "./document-types.ts";

/** The API's document in the order in which people read it. */
export interface Reference {
  readonly version: string;
  /** The path in front of all operations. */
  readonly base: string;
  readonly chapters: readonly Chapter[];
  readonly schemas: Readonly<Record<string, Schema>>;
  /** What every operation can refuse with. */
  readonly commonProblems: readonly ProblemEntry[];
}

export interface Chapter {
  readonly name: string;
  /** Its name in addresses. */
  readonly slug: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Such as `/verifications/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description: string | null;
  readonly scope: string | null;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly schema: Schema; readonly isRequired: boolean; readonly example: unknown } | null;
  readonly successes: readonly Success[];
  /** Beside those that every operation has. */
  readonly problems: readonly ProblemEntry[];
}

export interface Success {
  readonly status: string;
  readonly description: string;
  /** Null where there is no body. */
  readonly schema: Schema | null;
}

export interface ProblemEntry {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}

/** Sorts the document into chapters. */
export function referenceOf(document: ApiDocument): Reference {
  const problems = problemsOf(document);
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const codes = all.map(({ operation }) => codesOf(operation));
  const common = new Set((codes[0] ?? []).filter((code) => codes.every((others) => others.includes(code))));
  const known = (code: string): ProblemEntry => problems.get(code) ?? { code, status: 0, title: code };
  return {
    version: document.info.version,
    base: document.servers[0]?.url ?? "",
    schemas: document.components.schemas,
    commonProblems: [...common].map(known),
    chapters: document.tags.map(({ name, description }) => ({
      name,
      slug: name.toLowerCase(),
      description,
      operations: all
        .filter(({ operation }) => operation.tags.includes(name))
        .map(({ path, method, operation }) => ({
          ...operationOf(path, method, operation),
          problems: codesOf(operation)
            .filter((code) => !common.has(code))
            .map(known),
        })),
    })),
  };
}

function operationOf(path: string, method: string, operation: OperationObject): Omit<Operation, "problems"> {
  const content = operation.requestBody?.content["application/json"];
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    description: operation.description ?? null,
    scope: Object.values(operation.security[0] ?? {})[0]?.[0] ?? null,
    parameters: operation.parameters,
    body:
      content?.schema === undefined
        ? null
        : {
            schema: content.schema,
            isRequired: operation.requestBody?.required === true,
            example: content.example ?? {},
          },
    successes: Object.entries(operation.responses).flatMap(([status, response]) =>
      status.startsWith("2") ? [successOf(status, response)] : [],
    ),
  };
}

function successOf(status: string, { description, content }: Response): Success {
  return { status, description, schema: content?.["application/json"]?.schema ?? null };
}

function codesOf(operation: OperationObject): readonly string[] {
  return Object.values(operation.responses).flatMap(({ content }) =>
    Object.keys(content?.["application/problem+json"]?.examples ?? {}),
  );
}

function problemsOf({ components }: ApiDocument): ReadonlyMap<string, ProblemEntry> {
  return new Map(
    Object.entries(components.examples).map(([code, { summary, value }]) => [
      code,
      { code, status: value.status, title: summary },
    ]),
  );
}

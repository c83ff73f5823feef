import { referenceProblem } from "../delivery/index.ts";
import type { TextProblem } from "./start-text.ts";

/** What a start keeps for its caller, without a meaning of its own to us. */
export interface StartFields {
  readonly purpose?: string | undefined;
  readonly subject?: string | undefined;
  readonly binding?: string | undefined;
  readonly clientRef?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

const purposePattern = /^[a-z][a-z0-9_-]{0,31}$/;
const metadataKeyPattern = /^[A-Za-z0-9_.-]{1,40}$/;
const metadataEntriesMax = 10;
const metadataLengthMax = 200;
/** The longest of each, in characters: rows have a bound whoever calls. */
const lengthsMax = { subject: 200, binding: 200, clientRef: 100 } as const;

/** The first of these fields that is wrong, if any. */
export function startFieldsProblem(fields: StartFields): TextProblem | null {
  if (fields.purpose !== undefined && !purposePattern.test(fields.purpose)) {
    return {
      field: "purpose",
      detail: "must be 1 to 32 lower-case letters, digits, _ or -, beginning with a letter",
    };
  }
  for (const field of ["subject", "binding", "clientRef"] as const) {
    const given = fields[field];
    if (given === undefined) continue;
    const max = lengthsMax[field];
    const long = tooLong(given, max);
    if (long !== null) return { field, detail: long };
    const detail = referenceProblem(given);
    if (detail !== null) return { field, detail };
  }
  return fields.metadata === undefined ? null : metadataProblem(fields.metadata);
}

function metadataProblem(metadata: Readonly<Record<string, string>>): TextProblem | null {
  const entries = Object.entries(metadata);
  if (entries.length > metadataEntriesMax) {
    return {
      field: "metadata",
      detail: `must have at most ${metadataEntriesMax} entries, but has ${entries.length}`,
    };
  }
  for (const [name, value] of entries) {
    if (!metadataKeyPattern.test(name)) {
      return { field: "metadata", detail: "must have names of 1 to 40 letters, digits, _, . or -" };
    }
    const field = `metadata.${name}`;
    const long = tooLong(value, metadataLengthMax);
    if (long !== null) return { field, detail: long };
    // Notes may have lines, and may be empty; only what no encoding can hold is refused.
    if (!value.isWellFormed()) {
      return { field, detail: "must be well-formed Unicode: it has half of a surrogate pair" };
    }
  }
  return null;
}

function tooLong(text: string, max: number): string | null {
  const length = text.length <= max ? text.length : [...text].length;
  return length <= max ? null : `must be at most ${max} characters long, but is ${length}`;
}

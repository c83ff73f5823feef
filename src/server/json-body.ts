/** Why a JSON body is refused before anybody looks at its fields (W-7). */
export interface JsonProblem {
  readonly detail: string;
}

export const jsonDepthMax = 20;
export const jsonKeysMax = 200;
const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;

/**
 * Finds what `JSON.parse` lets through in silence: repeated keys, keys that reach a prototype, and nesting without end.
 * The text is one that `JSON.parse` accepted, so that one pass over strings and brackets is enough.
 */
export function jsonProblem(text: string): JsonProblem | null {
  const objects: (Set<string> | null)[] = [];
  let keys = 0;
  let keyExpected = false;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case openBrace:
        objects.push(new Set());
        keyExpected = true;
        break;
      case openBracket:
        objects.push(null);
        keyExpected = false;
        break;
      case closeBrace:
      case closeBracket:
        objects.pop();
        keyExpected = false;
        break;
      case comma:
        keyExpected = objects.at(-1) instanceof Set;
        break;
      case quote: {
        const end = stringEnd(text, index);
        if (keyExpected) {
          keys += 1;
          const problem = keyProblem(text.slice(index, end + 1), objects.at(-1), keys);
          if (problem !== null) return { detail: problem };
          keyExpected = false;
        }
        index = end;
        break;
      }
    }
    if (objects.length > jsonDepthMax) return { detail: `it is nested deeper than ${jsonDepthMax} levels` };
  }
  return null;
}

function stringEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character === backslash) index += 1;
    else if (character === quote) return index;
  }
  return text.length;
}

function keyProblem(raw: string, seen: Set<string> | null | undefined, keys: number): string | null {
  const name = raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  if (forbiddenKeys.has(name)) return "it has a key that is never allowed";
  if (keys > jsonKeysMax) return `it has more than ${jsonKeysMax} keys`;
  if (seen?.has(name) === true) return "a key appears twice in one object";
  seen?.add(name);
  return null;
}

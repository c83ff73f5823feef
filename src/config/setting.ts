import { Secret } from "../secrets/index.ts";

/** What a text became: a value, or why not and what is allowed instead. */
export type Parsed<V> = { readonly value: V } | { readonly problem: string };

/** One setting: everything that parsing, `config explain` and the page of settings say about it. */
export interface Setting<V> {
  /** The name in the environment. The name in the file is the key of the table. */
  readonly environment: string;
  readonly description: string;
  /** What may be given, as the end of the sentence "allowed is ...". */
  readonly allowed: string;
  readonly default: V;
  /** The default in words, where the value alone does not say it. */
  readonly defaultText?: string;
  /** Never printed, and also read from the file that `<environment>_FILE` names. */
  readonly isSecret: boolean;
  /** Too long for a variable: also read from that file, and an object where it is given in the configuration file. */
  readonly isDocument?: boolean;
  parse(given: string): Parsed<V>;
  show(value: V): string;
}

interface About<V> {
  readonly environment: string;
  readonly description: string;
  readonly default: V;
  readonly defaultText?: string;
}

export function integer(
  about: About<number> & { readonly min: number; readonly max: number },
): Setting<number> {
  const allowed = `a whole number from ${about.min} to ${about.max}`;
  return {
    ...about,
    allowed,
    isSecret: false,
    parse(given) {
      const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
      return value >= about.min && value <= about.max ? { value } : { problem: `allowed is ${allowed}` };
    },
    show: String,
  };
}

export function oneOf<const C extends string>(choices: readonly C[], about: About<NoInfer<C>>): Setting<C> {
  const allowed = `one of ${choices.join(", ")}`;
  return {
    ...about,
    allowed,
    isSecret: false,
    parse(given) {
      const value = choices.find((one) => one === given);
      return value === undefined ? { problem: `allowed is ${allowed}` } : { value };
    },
    show: String,
  };
}

/** On, off, or what the other settings make of it. */
export function onOrOff(about: About<boolean | null>): Setting<boolean | null> {
  return {
    ...about,
    allowed: "on or off",
    isSecret: false,
    parse(given) {
      if (given === "on" || given === "true") return { value: true };
      if (given === "off" || given === "false") return { value: false };
      return { problem: "allowed is on or off" };
    },
    show: (value) => (value === null ? "" : value ? "on" : "off"),
  };
}

export function text<V extends string | null>(
  about: About<V> & { readonly allowed: string },
  problemOf: (given: string) => string | null,
): Setting<V | string> {
  return {
    ...about,
    isSecret: false,
    parse(given) {
      const problem = problemOf(given);
      return problem === null ? { value: given } : { problem };
    },
    show: (value) => value ?? "",
  };
}

/** Several values with commas or line ends between them. */
export function list<V>(
  about: About<V> & { readonly allowed: string },
  parseAll: (given: readonly string[]) => Parsed<V>,
  show: (value: V) => string = String,
): Setting<V> {
  return {
    ...about,
    isSecret: false,
    parse: (given) => parseAll(split(given)),
    show: (value) => (value === null ? "" : show(value)),
  };
}

export function secrets(
  about: About<readonly Secret[]> & { readonly allowed: string },
  problemOf: (given: Secret) => string | null,
): Setting<readonly Secret[]> {
  return {
    ...about,
    isSecret: true,
    parse(given) {
      const value = split(given).map((one) => new Secret(one));
      const problem = value.map(problemOf).find((one) => one !== null);
      return problem === undefined ? { value } : { problem };
    },
    show: (value) => value.join(","),
  };
}

/** One secret, whatever characters it has. */
export function oneSecret(
  about: About<Secret | null> & { readonly allowed: string },
  problemOf: (given: Secret) => string | null,
): Setting<Secret | null> {
  return {
    ...about,
    isSecret: true,
    parse(given) {
      const value = new Secret(given.trim());
      const problem = problemOf(value);
      return problem === null ? { value } : { problem };
    },
    show: (value) => (value === null ? "" : value.toString()),
  };
}

/** A document of JSON. */
export function json<V>(
  about: About<V> & { readonly allowed: string },
  parseValue: (given: unknown) => Parsed<V>,
  show: (value: V) => string,
): Setting<V> {
  return {
    ...about,
    isSecret: false,
    isDocument: true,
    parse(given) {
      let value: unknown;
      try {
        value = JSON.parse(given);
      } catch {
        return { problem: "it is not valid JSON" };
      }
      return parseValue(value);
    },
    show,
  };
}

/** Values with commas or line ends between them. */
function split(given: string): readonly string[] {
  return given
    .split(/[,\r\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

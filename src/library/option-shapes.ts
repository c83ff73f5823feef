import { nearestName } from "../config/nearest.ts";

/** What an option may be. */
export interface Shape {
  readonly allowed: string;
  fits(given: unknown): boolean;
}

/** Every option that is wrong: its name, what was given, and what is allowed. What is undefined was not given. */
export function shapeProblems(options: object, shapes: Readonly<Record<string, Shape>>): string[] {
  const names = Object.keys(shapes);
  return Object.entries(options).flatMap(([name, given]): string[] => {
    if (given === undefined) return [];
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape === undefined) return [`${name}: ${noSuchOption(name, names)}`];
    return shape.fits(given) ? [] : [`${name}: ${described(given)} was given, allowed is ${shape.allowed}`];
  });
}

export function noSuchOption(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return near === undefined
    ? `there is no such option; there are ${names.join(", ")}`
    : `there is no such option; did you mean ${near}?`;
}

const saidBackMax = 60;

/** What was given, short enough for a sentence. */
export function described(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(given.slice(0, saidBackMax));
  if (typeof given === "number" || typeof given === "boolean" || given === null) return String(given);
  if (Array.isArray(given)) return `a list of ${given.length}`;
  return typeof given === "function" ? "a function" : "an object";
}

export function hasFunctions(...wanted: readonly string[]): (given: unknown) => boolean {
  return (given) =>
    typeof given === "object" &&
    given !== null &&
    wanted.every((name) => typeof (given as Readonly<Record<string, unknown>>)[name] === "function");
}

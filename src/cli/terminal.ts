import process from "node:process";
import { styleText } from "node:util";

/** Where a command speaks: results to standard output, everything else beside it. */
export interface Terminal {
  readonly json: boolean;
  /** Whether a person reads what is said. */
  readonly isWatched: boolean;
  /** How wide a picture in colours may be; 0 where nobody would see one. */
  readonly pictureColumns: number;
  /** The result: one JSON document with --json, otherwise text. */
  result(body: unknown, text: () => string): void;
  /** Part of the conversation: on standard output for people, on standard error beside a JSON result. */
  say(text: string): void;
  /** Without a line end. */
  ask(text: string): void;
  /** Always to standard error. */
  note(text: string): void;
  style(style: Style, text: string): string;
}

export type Style = "bold" | "dim" | "green" | "red" | "yellow";

export function createTerminal(json: boolean): Terminal {
  const spoken = json ? process.stderr : process.stdout;
  const write = (stream: NodeJS.WriteStream, text: string): void => void stream.write(text);
  return {
    json,
    isWatched: spoken.isTTY === true,
    // Knows dumb terminals, NO_COLOR and FORCE_COLOR by itself.
    pictureColumns: spoken.isTTY === true && spoken.hasColors() ? (spoken.columns ?? 0) : 0,
    result(body, text) {
      write(process.stdout, json ? `${JSON.stringify(body)}\n` : `${text()}\n`);
    },
    say: (text) => write(spoken, `${text}\n`),
    ask: (text) => write(spoken, text),
    note: (text) => write(process.stderr, `${text}\n`),
    // Knows terminals, NO_COLOR and FORCE_COLOR by itself.
    style: (style, text) => styleText(style, text, { stream: spoken }),
  };
}

/** Texts of others cannot move the cursor, change colours or hide a line. */
export function printable(value: unknown): string {
  return String(value).replace(/[^\P{Cc}\n\t]/gu, "\uFFFD");
}

/** Names and values, one a line; a dash where there is nothing. */
export function fields(rows: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => `${name.padEnd(width)}${shown(value)}`).join("\n");
}

/** Columns under their names; a sentence instead of nothing. */
export function table(
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
  empty: string,
): string {
  if (rows.length === 0) return empty;
  const cells = [names, ...rows.map((row) => row.map(shown))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map(shown).join(",");
  return printable(value);
}

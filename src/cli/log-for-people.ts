import { printable, type Style, type Terminal } from "./terminal.ts";

const styles: Readonly<Record<string, Style>> = { warn: "yellow", error: "red", fatal: "red" };
/** Said better elsewhere, or of no use to a reader. */
const leftOut = new Set(["level", "time", "msg", "event", "requestId"]);

/** Log lines as a person at a terminal reads them; the same lines go to files and collectors as JSON. */
export function logForPeople(terminal: Terminal): { write(line: string): void } {
  return {
    write(line) {
      let entry: Record<string, unknown>;
      try {
        entry = JSON.parse(line) as Record<string, unknown>;
      } catch {
        return terminal.say(printable(line.trimEnd()));
      }
      const time =
        typeof entry["time"] === "number" ? new Date(entry["time"]).toISOString().slice(11, 19) : "";
      const rest = Object.entries(entry)
        .filter(([name, value]) => !leftOut.has(name) && value !== null && typeof value !== "object")
        .map(([name, value]) => `${name}=${printable(value)}`);
      const message = printable(entry["msg"] ?? entry["event"] ?? "");
      const style = styles[String(entry["level"])];
      const text = style === undefined ? message : terminal.style(style, message);
      const parts = [terminal.style("dim", time), text];
      if (rest.length > 0) parts.push(terminal.style("dim", rest.join(" ")));
      terminal.say(parts.join("  "));
    },
  };
}

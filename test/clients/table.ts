/** What came of each call of each client, as the documentation shows it. */
export interface Results {
  note(client: string, call: string, result: string): void;
  readonly text: string;
}

export function createResults(title: string, lead: string): Results {
  const rows = new Map<string, Map<string, string>>();
  const clients: string[] = [];
  return {
    note(client, call, result) {
      if (!clients.includes(client)) clients.push(client);
      const row = rows.get(call) ?? new Map<string, string>();
      rows.set(call, row.set(client, result));
    },
    get text() {
      const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
      const body = [...rows].map(([call, row]) => line([call, ...clients.map((one) => row.get(one) ?? "-")]));
      const head = [line(["call", ...clients]), line(["---", ...clients.map(() => "---")])];
      return [`# ${title}`, "", lead, "", ...head, ...body, ""].join("\n");
    },
  };
}

import type { IncomingMessage } from "node:http";

/** One event of a stream of server-sent events. */
export interface StreamEvent {
  /** What to repeat after a break, to get what was missed. */
  readonly id: string | null;
  readonly type: string;
  readonly data: unknown;
}

const eventCharactersMax = 1_048_576;

/** The events of an answer, as they arrive, until it ends. */
export async function* eventsOf(message: IncomingMessage): AsyncGenerator<StreamEvent> {
  let rest = "";
  message.setEncoding("utf8");
  for await (const chunk of message as AsyncIterable<string>) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > eventCharactersMax) throw new Error("an event is too large");
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== null) yield event;
    }
  }
}

/** Null for what carries no data: heartbeats and settings. */
function parseEvent(block: string): StreamEvent | null {
  let id: string | null = null;
  let type = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, field, value = ""] = /^([a-z]+): ?(.*)$/s.exec(line) ?? [];
    if (field === "id") id = value;
    else if (field === "event") type = value;
    else if (field === "data") data.push(value);
  }
  return data.length === 0 ? null : { id, type, data: JSON.parse(data.join("\n")) };
}

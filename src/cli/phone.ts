import type { Answer, Connection } from "./contract.ts";
import { problemFailure } from "./failure.ts";

/** A message as the virtual phones show it. */
export interface ArrivedMessage {
  readonly id: string;
  readonly channel: string;
  readonly from: string;
  readonly text: string;
  /** Of an e-mail. */
  readonly subject?: string;
  readonly code: string | null;
  readonly receivedAt: string;
}

/** The virtual phone of one recipient, as far as this connection reaches one. */
export interface Phone {
  /** What arrived since the last look, oldest first. */
  look(): Promise<readonly ArrivedMessage[]>;
}

/** Null where there are no virtual phones: the codes go to real ones. */
export async function openPhone(connection: Connection, number: string): Promise<Phone | null> {
  const path = `/sandbox/api/phones/${encodeURIComponent(number)}/messages`;
  const first = await connection.request("GET", path);
  // 404: switched off. 421: there, but not for a caller from elsewhere.
  if (first.status === 404 || first.status === 421) return null;
  const seen = new Set(messagesOf(first).map(keyOf));
  return {
    async look() {
      const fresh = messagesOf(await connection.request("GET", path)).filter((one) => !seen.has(keyOf(one)));
      for (const one of fresh) seen.add(keyOf(one));
      return fresh.reverse();
    },
  };
}

/** The phones forget when their server restarts, and count anew: the id alone is not enough. */
function keyOf({ id, receivedAt }: ArrivedMessage): string {
  return `${id}/${receivedAt}`;
}

function messagesOf({ status, body }: Answer): ArrivedMessage[] {
  if (status !== 200) throw problemFailure(status, body);
  return [...(body as { readonly messages: readonly ArrivedMessage[] }).messages];
}

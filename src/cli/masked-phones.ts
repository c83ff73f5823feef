import { maskPhoneNumber } from "../numbers/index.ts";
import type { Answer, Connection } from "./contract.ts";
import { problemFailure } from "./failure.ts";
import type { ArrivedMessage } from "./phone.ts";

interface PhoneAnswer {
  readonly number: string;
  readonly lastReceivedAt: string;
}

/** The virtual phones, for a caller who knows a number by its mask alone. */
export interface MaskedPhones {
  /** What arrived for a number of this mask since the last look, oldest first. */
  look(masked: string): Promise<readonly ArrivedMessage[]>;
}

const base = "/sandbox/api/phones";

/** Null where there are no virtual phones: the codes go to real ones. */
export async function openMaskedPhones(connection: Connection): Promise<MaskedPhones | null> {
  const first = await connection.request("GET", base);
  // 404: switched off. 421: there, but not for a caller from elsewhere.
  if (first.status === 404 || first.status === 421) return null;
  const seen = new Map(phonesOf(first).map((one) => [one.number, one.lastReceivedAt]));
  return {
    async look(masked) {
      const fresh: ArrivedMessage[] = [];
      for (const { number, lastReceivedAt } of phonesOf(await connection.request("GET", base))) {
        const before = seen.get(number) ?? "";
        if (lastReceivedAt === before || maskPhoneNumber(number) !== masked) continue;
        seen.set(number, lastReceivedAt);
        const { status, body } = await connection.request(
          "GET",
          `${base}/${encodeURIComponent(number)}/messages`,
        );
        if (status !== 200) throw problemFailure(status, body);
        const { messages } = body as { readonly messages: readonly ArrivedMessage[] };
        fresh.push(...messages.filter((one) => one.receivedAt > before));
      }
      return fresh.reverse();
    },
  };
}

function phonesOf({ status, body }: Answer): readonly PhoneAnswer[] {
  if (status !== 200) throw problemFailure(status, body);
  return (body as { readonly phones: readonly PhoneAnswer[] }).phones;
}

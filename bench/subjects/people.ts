import { type Authenticator, newSubscriber } from "../../src/accounts/index.ts";
import { contextOf, sealed } from "../../src/engine/accounts/parts.ts";
import { addressContext } from "../../src/engine/address.ts";
import { parseRecipient, recipientIdFor } from "../../src/engine/recipients.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { key, type Write } from "../../src/store/index.ts";
import type { SealedRecipient } from "../../src/verification/index.ts";
import { peopleSeed, peopleTotp, personAt, personName } from "../people.ts";
import { benchPassword, type PeopleSetup } from "../protocol.ts";

const batch = 64;

/** Puts enrolled people into the store, as if they had been there for long. */
export async function enrolPeople(instance: Instance, people: PeopleSetup): Promise<void> {
  const { parts, accounts, tenant } = instance;
  for (let from = 0; from < people.count; from += batch) {
    const indexes = Array.from({ length: Math.min(batch, people.count - from) }, (_, n) => from + n);
    const writes = indexes.map((index) => rowOf(instance, people, index));
    const keys = writes.map(({ id }) => key("subscriber", id));
    await parts.store.update(keys, () => ({ writes, result: undefined }));
  }
  for (let index = 0; index < people.passwords; index++) {
    await accounts.createSubscriber({
      tenantId: tenant.id,
      name: personName(index),
      password: benchPassword,
      mustHaveSecond: false,
    });
  }
}

/** Codes came back from it before. */
function recipientOf(parts: Instance["parts"], tenantId: string, number: string): SealedRecipient {
  const parsed = parseRecipient(parts, number);
  if ("refused" in parsed) throw new RangeError(parsed.refused.detail);
  const id = recipientIdFor(parts, tenantId, parsed);
  return { id, sealedAddress: sealed(parts, addressContext(id, tenantId), number) };
}

function rowOf(
  { parts, tenant }: Instance,
  { meets }: PeopleSetup,
  index: number,
): Write & { readonly id: string } {
  const { id, number } = personAt(index);
  const now = parts.clock.now();
  const authenticatorId = `${id.slice(0, -1)}f`;
  const base = {
    id: authenticatorId,
    name: meets,
    createdAt: now,
    confirmedAt: now,
    lastUsedAt: null,
    wrongInRow: 0,
    disabledAt: null,
  };
  const seal = (column: "number" | "seed", text: string): string =>
    sealed(parts, contextOf(column, authenticatorId, tenant.id), text);
  const authenticator: Authenticator =
    meets === "app"
      ? {
          ...base,
          ...peopleTotp,
          type: "totp",
          sealedSeed: seal("seed", peopleSeed.toString("base64")),
          lastStep: null,
        }
      : {
          ...base,
          type: "phone",
          sealedNumber: seal("number", number),
          verificationId: null,
          recipient: recipientOf(parts, tenant.id, number),
        };
  const sealedName = sealed(parts, contextOf("name", id, tenant.id), personName(index));
  const fields = { id, tenantId: tenant.id, nameId: id, sealedName, password: null, mustHaveSecond: true };
  const row = { ...newSubscriber(fields, now), authenticators: [authenticator] };
  return { table: "subscriber", id, row };
}

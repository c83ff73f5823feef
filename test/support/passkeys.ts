import { generateKeyPairSync } from "node:crypto";
import { expect } from "vitest";
import type { PasskeyAnswer } from "../../src/authenticators/index.ts";
import type { Key, Store } from "../../src/store/index.ts";
import {
  createSoftwareAuthenticator,
  type PasskeyFaults,
  type SoftwareAuthenticator,
  type SoftwareAuthenticatorOptions,
} from "../../src/testing/index.ts";
import { openTestInstance } from "./instance.ts";

export const minute = 60_000;
export const origin = "https://app.example.com";
const relyingParty = { id: "example.com", name: "Example", origins: [origin] };
export const binding = "browser-1";

export async function open() {
  const calls: string[] = [];
  const one = await openTestInstance({
    relyingParty,
    accounts: { changeWaitMs: 0 },
    watch: (store) => noted(store, calls),
  });
  return { one, accounts: one.accounts, tenantId: one.tenantId, calls };
}

/** The store, with a note of what is asked of it. */
function noted(store: Store, calls: string[]): Store {
  return new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== "function") return found;
      return (...given: unknown[]): unknown => {
        const asked = given[0] as readonly Key[] | Key;
        if (name === "get") calls.push(`get ${(asked as Key).table}`);
        if (name === "update") calls.push(`update ${(asked as readonly Key[]).map(({ table }) => table)}`);
        return found.apply(target, given);
      };
    },
  });
}

export type Opened = Awaited<ReturnType<typeof open>>;

export async function personOf({ accounts, tenantId }: Opened, name: string): Promise<string> {
  const created = await accounts.createSubscriber({ tenantId, name });
  if (created.outcome !== "created") throw new Error(created.outcome);
  return created.subscriber.id;
}

export async function enrolled(
  { accounts, tenantId }: Opened,
  subscriberId: string,
  device: SoftwareAuthenticator,
  more: { readonly faults?: PasskeyFaults; readonly stepUp?: string } = {},
) {
  const asked = await accounts.enrolPasskey({ tenantId, subscriberId, binding, stepUp: more.stepUp });
  if (asked.outcome !== "enrolled") throw new Error(asked.outcome);
  const authenticatorId = asked.authenticator.id;
  const passkey = device.create(asked.options, more.faults);
  const confirming = { tenantId, subscriberId, authenticatorId, binding, passkey };
  return { asked, confirming, result: await accounts.confirmAuthenticator(confirming) };
}

/** Somebody with one passkey. */
export async function withPasskey(given: Partial<SoftwareAuthenticatorOptions> = {}) {
  const opened = await open();
  const device = createSoftwareAuthenticator({ origin, ...given });
  const subscriberId = await personOf(opened, "ada");
  const { result, confirming } = await enrolled(opened, subscriberId, device);
  expect(result.outcome).toBe("confirmed");
  return { ...opened, device, subscriberId, confirming };
}

export type With = Awaited<ReturnType<typeof withPasskey>>;

export async function asked({ accounts, tenantId }: Opened, by = binding) {
  return await accounts.askPasskeySignIn({ tenantId, binding: by });
}

export async function signIn(all: With, faults?: PasskeyFaults) {
  const { signInId, options } = await asked(all);
  const passkey = all.device.get(options, faults);
  return await all.accounts.signInWithPasskey({ tenantId: all.tenantId, signInId, binding, passkey });
}

/** A challenge of hers, with what her browser is to sign for it. */
export async function challenged({ accounts, tenantId, subscriberId }: With, purpose = "login") {
  const started = await accounts.startChallenge({ tenantId, subscriberId, purpose, binding });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const { id } = started.challenge;
  const passkey = await accounts.askPasskey({ tenantId, id, binding });
  if (passkey.outcome !== "passkeyAsked") throw new Error(passkey.outcome);
  return { id, options: passkey.options };
}

const changed = (field: "clientDataJSON" | "authenticatorData" | "signature", at: number) => ({
  answer(answer: PasskeyAnswer): PasskeyAnswer {
    const bytes = Buffer.from(String(answer.response[field]), "base64url");
    const place = at < 0 ? bytes.length + at : at;
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    return { ...answer, response: { ...answer.response, [field]: bytes.toString("base64url") } };
  },
});
export const other = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** Every field of an assertion made wrong, before it was signed and after. */
export const mutants: Readonly<Record<string, PasskeyFaults>> = {
  "an enrolment instead of a use": { clientData: { type: "webauthn.create" } },
  "another challenge": { clientData: { challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } },
  "no challenge": { clientData: { challenge: undefined } },
  "another origin": { clientData: { origin: "https://evil.example" } },
  "an origin that begins alike": { clientData: { origin: `${origin}.evil.example` } },
  "an origin over plain http": { clientData: { origin: "http://app.example.com" } },
  "another port": { clientData: { origin: `${origin}:8443` } },
  "another site's frame": { clientData: { crossOrigin: true } },
  "a frame that is not said to be one": { clientData: { topOrigin: "https://evil.example" } },
  "a flag of a frame that is no flag": { clientData: { crossOrigin: "no" } },
  "another domain": { rpId: "evil.example" },
  "the domain below": { rpId: "app.example.com" },
  "nobody there": { flags: 0x04 },
  "nobody verified": { flags: 0x01 },
  "copies of what cannot be copied": { flags: 0x15 },
  "eligible for copies all at once": { flags: 0x0d },
  "a key of its own": { key: other.privateKey },
  "another credential": { credentialId: Buffer.alloc(32, 7) },
  "a credential of 1,024 bytes": { credentialId: Buffer.alloc(1_024, 7) },
  "no credential": { credentialId: Buffer.alloc(0) },
  "a bit of the client data": changed("clientDataJSON", -3),
  "a bit of the domain": changed("authenticatorData", 0),
  "a bit of the flags": changed("authenticatorData", 32),
  "a bit of the count": changed("authenticatorData", 36),
  "a bit of the signature": changed("signature", -1),
  "a bit of the signature's form": changed("signature", 0),
  "more authenticator data": {
    answer: (one) => ({
      ...one,
      response: { ...one.response, authenticatorData: `${one.response.authenticatorData}AA` },
    }),
  },
  "a signature written in another way": {
    answer: (one) => ({ ...one, response: { ...one.response, signature: `${one.response.signature}=` } }),
  },
  "no signature": {
    answer: (one) => ({ ...one, response: { ...one.response, signature: undefined } }),
  },
  "another type": { answer: (one) => ({ ...one, type: "password" }) },
  "two ids": { answer: (one) => ({ ...one, rawId: "AAAA" }) },
  "another owner": {
    answer: (one) => ({
      ...one,
      response: { ...one.response, userHandle: Buffer.alloc(16, 1).toString("base64url") },
    }),
  },
  "an owner that nobody can be": {
    answer: (one) => ({ ...one, response: { ...one.response, userHandle: "ada" } }),
  },
};

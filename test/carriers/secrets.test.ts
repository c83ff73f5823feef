import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { standinVendors } from "../standins/accounts.ts";

const code = "907351";
const to = "+442079460018";

describe.each(standinVendors)("K-7: $name", ({ name, provider: open }) => {
  const secrets = Object.entries(standinAccounts[name as keyof typeof standinAccounts])
    .filter(([field]) => /secret|token|apiKey|privateKey/i.test(field) && field !== "publicKey")
    .map(([, value]) => value);

  /** Everything that a program with this network sees of a send, but for headers and body. */
  async function told(answer: () => Promise<Response>) {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = (url) => {
      urls.push(String(url));
      return answer();
    };
    const clock = createFakeClock();
    const provider = open("https://carrier.example.com", {
      clock,
      fetch,
      callbackUrl: (reference) => `https://verify.example.com/callbacks/x/${reference}`,
    });
    const answers = [];
    for (const channel of provider.channels) {
      const reference = "019a0000-0000-7000-8000-000000000001.1";
      const message = { reference, channel, to, text: `${code} is it.`, code, locale: "en", brand: "Acme" };
      answers.push(await provider.send(message, new AbortController().signal));
    }
    return `${urls.join(" ")} ${inspect(answers, { depth: 9 })}`;
  }

  test.each<[string, () => Promise<Response>]>([
    [
      "repeats everything in its refusal",
      async () =>
        new Response(
          `{"message":"${code} ${to}","errors":[{"code":"${code}","detail":"${to}"}],"reason":"${to}","type":"x#${code}"}`,
          { status: 400 },
        ),
    ],
    [
      "breaks the connection, with an error that tells",
      async () => {
        throw new TypeError(`fetch failed: ${secrets.join(" ")} ${to} ${code}`, {
          cause: { code: "ECONNRESET" },
        });
      },
    ],
    [
      "has no such name",
      async () => {
        throw new TypeError("fetch failed", { cause: { code: "ENOTFOUND", hostname: secrets[0] } });
      },
    ],
  ])(
    "neither address nor answer tells code, number or secrets, when the carrier %s",
    async (_what, answer) => {
      const seen = await told(answer);
      expect(seen).toContain("https://carrier.example.com");
      expect(secrets.length).toBeGreaterThan(0);
      for (const secret of [code, to.slice(1), ...secrets]) {
        expect(seen).not.toContain(secret);
        expect(seen).not.toContain(encodeURIComponent(secret));
        expect(seen).not.toContain(Buffer.from(secret).toString("base64"));
      }
    },
  );
});

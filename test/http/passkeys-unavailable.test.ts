import { afterAll, expect, test } from "vitest";
import { freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation({ relyingParty: null });
afterAll(() => installation.close());

test("an installation that nobody gave a domain says what to set, and does all else", async () => {
  const { call } = installation;
  const { json } = await call({ method: "POST", path: "/subscribers", body: { name: "ada" } });
  const path = `/subscribers/${json.id}/authenticators`;
  const phone = await call({ method: "POST", path, body: { type: "phone", number: freshNumber() } });
  expect(phone.status).toBe(201);
  const started = await call({ method: "POST", path: "/recoveries", body: { name: "ada" } });
  const { recovery } = started.json;
  const nobody = "019b796d-d600-7b75-97b3-db45180a1f55";
  const answer = { id: "AA", rawId: "AA", type: "public-key", response: { clientDataJSON: "e30" } };
  for (const [at, body] of [
    [path, { type: "passkey" }],
    [`/challenges/${nobody}/passkey`, {}],
    ["/sessions/passkey", { binding: "b" }],
    ["/recoveries/passkey", { recovery }],
    ["/recoveries/check", { recovery, method: "passkey", passkey: answer }],
    [`/sessions/passkey/${nobody}`, { binding: "b", passkey: answer }],
  ] as const) {
    const refused = await call({ method: "POST", path: at, body });
    expect(refused, refused.text).toMatchObject({
      status: 501,
      json: {
        code: "passkeys_unavailable",
        detail: expect.stringContaining("PUBLIC_URL"),
        retryable: false,
      },
    });
  }
});

import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { ask, eachLater, expectCode, installation, minute, post } from "./account-calls.ts";
import { codeOf, pendingOf, withApp } from "./account-people.ts";

const { clock, instance, port } = installation;
eachLater();

const origin = `http://127.0.0.1:${port}`;
const audience = "https://ledger.example.com";
const jwks = createRemoteJWKSet(new URL(`${origin}/.well-known/jwks.json`));

/** As a program that knows nothing but the address of the keys. */
const verified = (statement: string, over: object = {}) =>
  jwtVerify(statement, jwks, {
    issuer: "countersign",
    audience,
    algorithms: ["ES256"],
    maxTokenAge: "5 minutes",
    requiredClaims: ["sub", "exp", "iat", "jti"],
    currentDate: new Date(clock.now()),
    ...over,
  });

const stateSession = (session: string, more: object = {}) =>
  post("/sessions/current/statement", { audience, ...more }, { "countersign-session": session });

describe("a statement", () => {
  test("of an approval says who, how and for what, to a program with the public keys alone", async () => {
    const one = await withApp();
    const { id, session } = await pendingOf(one.name);
    const check = { code: codeOf(one.seed), session, audience };
    const { json } = await post(`/challenges/${id}/check`, check);
    const { payload } = await verified(json.statement);
    const now = Math.floor(clock.now() / 1_000);
    expect(payload).toEqual({
      iss: "countersign",
      aud: audience,
      sub: one.id,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: now,
      exp: now + 300,
      auth_time: now,
      amr: ["pwd", "otp", "mfa"],
      acr: "aal2",
      restricted: false,
      phishingResistant: false,
      purpose: "login",
      challenge: id,
    });
    expect(decodeProtectedHeader(json.statement)).toMatchObject({ alg: "ES256", typ: "JWT" });
    const [other] = [await pendingOf(one.name)];
    await clock.advance(minute);
    const without = { code: codeOf(one.seed), session: other.session };
    expect((await post(`/challenges/${other.id}/check`, without)).json.statement).toBe(null);
  });

  test("of a session is of that session, and of nobody whose session it is not", async () => {
    const one = await withApp();
    const { status, json } = await stateSession(one.session);
    expect(status).toBe(200);
    const { payload } = await verified(json.statement);
    const shown = await ask("GET", "/sessions/current", undefined, { "countersign-session": one.session });
    expect(payload).toMatchObject({
      sub: one.id,
      sid: shown.json.id,
      acr: "aal2",
      auth_time: expect.any(Number),
    });
    expect(Date.parse(json.endsAt)).toBe((payload.exp ?? 0) * 1_000 + (clock.now() % 1_000));
    const { session: pending } = await pendingOf(one.name);
    for (const wrong of [pending, `css_${"A".repeat(54)}`, ""]) {
      await expectCode(stateSession(wrong), "session_invalid");
    }
    await expectCode(stateSession(one.session, { audience: "" }), "request_invalid");
    await expectCode(stateSession(one.session, { audience: "x".repeat(201) }), "request_invalid");
  });

  test("W-4: of a repeated request is none, since it is shown once", async () => {
    const one = await withApp();
    const headers = { "countersign-session": one.session, "idempotency-key": crypto.randomUUID() };
    const first = await post("/sessions/current/statement", { audience }, headers);
    expect(first.json.statement).toMatch(/^ey/);
    const again = await post("/sessions/current/statement", { audience }, headers);
    expect(again).toMatchObject({ status: 200, json: { statement: null, endsAt: null } });
  });

  test("for somebody else, too old, changed, or without a signature is not believed", async () => {
    const one = await withApp();
    const { json } = await stateSession(one.session);
    const { statement } = json;
    await expect(verified(statement, { audience: "https://other.example.com" })).rejects.toThrow(
      errors.JWTClaimValidationFailed,
    );
    await expect(verified(statement, { issuer: "https://evil.example.com" })).rejects.toThrow(
      errors.JWTClaimValidationFailed,
    );
    const late = new Date(clock.now() + 301_000);
    await expect(verified(statement, { currentDate: late })).rejects.toThrow(errors.JWTExpired);
    const [head, claims = "", signature] = statement.split(".");
    const said = JSON.parse(Buffer.from(claims, "base64url").toString());
    const other = Buffer.from(JSON.stringify({ ...said, acr: "aal3" })).toString("base64url");
    await expect(verified(`${head}.${other}.${signature}`)).rejects.toThrow(
      errors.JWSSignatureVerificationFailed,
    );
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    await expect(verified(`${none}.${claims}.`)).rejects.toThrow();
  });

  test("of one tenant is never one of another: their issuers and their keys differ", async () => {
    const tenant = await ask("POST", "/tenants", { name: "Elsewhere" });
    const { id, key } = tenant.json;
    const theirs = createRemoteJWKSet(new URL(`${origin}/tenants/${id}/.well-known/jwks.json`));
    const name = "eve";
    const made = await ask(
      "POST",
      "/subscribers",
      { name, password: "nine rowing margarets", mustHaveSecond: false },
      {},
      key.key,
    );
    expect(made.status).toBe(201);
    const signedIn = await ask("POST", "/sessions", { name, password: "nine rowing margarets" }, {}, key.key);
    const headers = { "countersign-session": signedIn.json.bearer };
    const stated = await ask("POST", "/sessions/current/statement", { audience }, headers, key.key);
    const { statement } = stated.json;
    const issuer = `countersign/tenants/${id}`;
    const options = { audience, currentDate: new Date(clock.now()) };
    expect((await jwtVerify(statement, theirs, { ...options, issuer })).payload).toMatchObject({
      acr: "aal1",
      amr: ["pwd"],
    });
    await expect(verified(statement)).rejects.toThrow(errors.JWKSNoMatchingKey);
    // With the key of the first tenant, their session is nobody's.
    await expectCode(stateSession(signedIn.json.bearer), "session_invalid");
  });

  test("is verified with keys that everybody may fetch and keep for minutes, of tenants that exist", async () => {
    const answer = await fetch(`${origin}/.well-known/jwks.json`);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    const { keys } = (await answer.json()) as { keys: { kty: string }[] };
    expect(keys).toEqual(instance.accounts.jwks({ tenantId: instance.tenant.id }).keys);
    const own = await fetch(`${origin}/tenants/${instance.tenant.id}/.well-known/jwks.json`);
    expect(await own.json()).toEqual({ keys });
    for (const nobody of [crypto.randomUUID(), "x", instance.tenant.id.toUpperCase()]) {
      const none = await fetch(`${origin}/tenants/${nobody}/.well-known/jwks.json`);
      expect(none.status).toBe(404);
    }
    const posted = await fetch(`${origin}/.well-known/jwks.json`, { method: "POST" });
    expect(posted.status).toBeGreaterThanOrEqual(404);
  });
});

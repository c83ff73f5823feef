import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  checkValue,
  createKeyring,
  keyedDigest,
  keyPurposes,
  requireKey,
  Secret,
  SecretInvalid,
} from "./index.ts";

const good = "q7ZsM2vXw4Lr9TbKc1YdHf6GjNpAuEo3";
const ring = (...texts: string[]) => createKeyring(texts.map((text) => new Secret(text)));

describe("K-5: which master secrets are refused", () => {
  test.each([
    ["nothing", ""],
    ["31 bytes", good.slice(1)],
    ["one letter over and over", "a".repeat(64)],
    ["seven different letters", "abcdefg".repeat(8)],
    ["the example of a manual", "example-master-secret-0123456789-abc"],
    ["a placeholder", "please-CHANGE_ME-before-production-1"],
    ["another placeholder", "please-change-me-before-production-1"],
    ["a default", "the-DEFAULT-secret-of-everybody-0123"],
    ["a password", "my-Password-is-longer-than-32-bytes"],
  ])("%s", (_, text) => {
    expect(() => ring(text)).toThrow(SecretInvalid);
  });

  test("no secret at all", () => {
    expect(() => createKeyring([])).toThrow(SecretInvalid);
  });

  test("the refusal tells the remedy and not the secret", () => {
    const example = "example-master-secret-0123456789-abc";
    try {
      ring(example);
      expect.unreachable();
    } catch (cause) {
      expect(String(cause)).toContain("openssl rand");
      expect(inspect(cause)).not.toContain(example);
    }
  });

  test("32 bytes are enough, counted as bytes", () => {
    expect(ring(good).ids).toHaveLength(1);
    expect(ring("ÄÖÜßéèêçñåøæœµ§€".repeat(1)).ids).toHaveLength(1);
  });
});

describe("K-6: one key a purpose", () => {
  const one = ring(good);

  test("no label serves two purposes, and no two keys are alike", () => {
    expect(new Set(keyPurposes).size).toBe(keyPurposes.length);
    const keys = keyPurposes.map((purpose) => requireKey(one, purpose).export().toString("hex"));
    expect(new Set(keys).size).toBe(keyPurposes.length);
    for (const key of keys) expect(key).toHaveLength(64);
  });

  test("the public id of a secret is no part of any of its keys", () => {
    for (const purpose of keyPurposes) {
      expect(requireKey(one, purpose).export().toString("hex")).not.toContain(one.currentId);
    }
  });

  test("a ring has the current secret first, the others after it, each once", () => {
    const [a, b] = [ring(good), ring(`${good}2`)];
    const both = ring(`${good}2`, good, `${good}2`);
    expect(both.ids).toEqual([b.currentId, a.currentId]);
    expect(both.currentId).toBe(b.currentId);
    expect(requireKey(both, "code", a.currentId).export()).toEqual(requireKey(a, "code").export());
  });

  test("an id that the ring does not hold: none, or a fault that tells what to add", () => {
    expect(one.key("code", "deadbeef")).toBeUndefined();
    expect(() => requireKey(one, "code", "deadbeef")).toThrow(/deadbeef.*COUNTERSIGN_SECRET/);
  });

  test("K-5: the check value tells two secrets apart and is stable", () => {
    const other = ring(`${good}2`);
    expect(checkValue(one, one.currentId)).toBe(checkValue(ring(good), one.currentId));
    expect(checkValue(one, one.currentId)).not.toBe(checkValue(other, other.currentId));
  });
});

describe("K-1: parts have their length in front", () => {
  const key = requireKey(ring(good), "compare");
  const digest = (...parts: string[]) => keyedDigest(key, parts).toString("hex");

  test.each([
    [
      ["ab", "c"],
      ["a", "bc"],
    ],
    [["a", "b"], ["a1:b"]],
    [
      ["", "a"],
      ["a", ""],
    ],
    [["1:a"], ["a"]],
    [[], [""]],
  ])("%j and %j differ", (a, b) => {
    expect(digest(...a)).not.toBe(digest(...b));
  });
});

describe("K-7: a secret never prints", () => {
  const secret = new Secret("canary-9f3b");

  test.each([
    ["String", String(secret)],
    ["a template", `${secret}`],
    ["concatenation", "".concat(secret as unknown as string)],
    ["JSON", JSON.stringify({ secret, list: [secret] })],
    ["inspect", inspect({ secret }, { depth: 9, showHidden: true, getters: true })],
    ["an error's cause", inspect(new Error("boom", { cause: secret }))],
    ["an error's field", inspect(Object.assign(new Error("boom"), { secret }))],
    ["a map", inspect(new Map([["secret", secret]]))],
    ["its keys and values", JSON.stringify([Object.keys(secret), Object.entries(secret), { ...secret }])],
  ])("%s", (_, printed) => {
    expect(printed).not.toContain("canary");
  });

  test("it is there for whoever asks for it by name", () => {
    expect(secret.reveal()).toBe("canary-9f3b");
  });
});

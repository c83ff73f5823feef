import { describe, expect, test } from "vitest";
import { noCapabilities } from "../../test/support/recorder.ts";
import { deliveryRow, t0 } from "../../test/support/rows.ts";
import type { DeliveryAttempt } from "../verification/index.ts";
import { type Provider, route } from "./index.ts";

function provider(id: string, channels: Provider["channels"] = ["sms"]): Provider {
  return {
    id,
    channels,
    capabilities: noCapabilities,
    send: () => Promise.reject(new Error("routing never sends")),
  };
}

const attempt = (id: string, answer: DeliveryAttempt["answer"]): DeliveryAttempt => ({
  provider: id,
  at: t0,
  answer,
  providerMessageId: null,
  reason: null,
  possibleDuplicate: false,
});

describe("D-5, D-6, D-10: who takes the next attempt", () => {
  const both = [provider("a"), provider("b")];
  const table: readonly [string, readonly DeliveryAttempt[], string | null, boolean][] = [
    ["the first, at first", [], "a", true],
    ["the other one after a refusal for good", [attempt("a", "rejected")], "b", false],
    ["the other one after nothing was sent", [attempt("a", "notSent")], "b", false],
    ["the other one after an unknown answer", [attempt("a", "unknown")], "b", false],
    [
      "the first again when both could not be reached",
      [attempt("a", "notSent"), attempt("b", "notSent")],
      "a",
      false,
    ],
    ["the one that did not refuse", [attempt("a", "notSent"), attempt("b", "rejected")], "a", false],
    ["nobody when both refused", [attempt("a", "rejected"), attempt("b", "rejected")], null, false],
  ];

  test.each(table)("%s", (_, attempts, id, hasAlternative) => {
    const chosen = route(both, "sms", deliveryRow({ attempts }));
    expect({ id: chosen.provider?.id ?? null, hasAlternative: chosen.hasAlternative }).toEqual({
      id,
      hasAlternative,
    });
  });

  test("only a provider of the channel is asked", () => {
    const mixed = [provider("a"), provider("b", ["voice"])];
    expect(route(mixed, "voice", deliveryRow()).provider?.id).toBe("b");
    expect(route(mixed, "email", deliveryRow())).toEqual({ provider: null, hasAlternative: false });
  });

  test("D-8: one that has room before one that must wait, and nobody whose turn is past the deadline", () => {
    const slots: Record<string, number> = { a: t0 + 2_000, b: t0 + 1_000 };
    const at = (one: Provider): number => slots[one.id] ?? t0;
    const chosen = (): string | undefined => route(both, "sms", deliveryRow(), at, t0).provider?.id;
    expect(chosen()).toBe("b");
    slots["a"] = t0;
    expect(chosen()).toBe("a");
    slots["b"] = t0 - 1;
    expect(chosen()).toBe("a");
    slots["a"] = deliveryRow().deadline;
    expect(chosen()).toBe("b");
    slots["b"] = deliveryRow().deadline;
    expect(chosen()).toBeUndefined();
  });

  test("D-6: after an unknown answer one that deduplicates is asked itself; after not sent the other", () => {
    const keyed = { ...provider("a"), capabilities: { ...provider("a").capabilities, idempotencyKey: true } };
    const once = deliveryRow({ attempts: [attempt("a", "unknown")] });
    expect(route([keyed, provider("b")], "sms", once).provider?.id).toBe("a");
    const gone = deliveryRow({ attempts: [attempt("a", "unknown"), attempt("a", "notSent")] });
    expect(route([keyed, provider("b")], "sms", gone).provider?.id).toBe("b");
  });
});

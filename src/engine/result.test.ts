import { expect, expectTypeOf, test } from "vitest";
import { alice, bob, openTestInstance, wrongCode } from "../../test/support/instance.ts";
import type { Engine } from "./engine.ts";
import type { StartResult } from "./start.ts";
import type { VerificationView } from "./view.ts";

type AnswerOf<V extends "check" | "resend" | "next" | "cancel" | "settle"> = Awaited<ReturnType<Engine[V]>>;
type With<R, T> = Extract<R, { readonly outcome: T }>;

test("a start has its verification where it started or went on, and nowhere else", () => {
  expectTypeOf<
    With<StartResult, "started" | "continued">["verification"]
  >().toEqualTypeOf<VerificationView>();
  type Refused = Exclude<StartResult, { readonly outcome: "started" | "continued" }>;
  expectTypeOf<Refused["verification"]>().toEqualTypeOf<null>();
  expectTypeOf<With<StartResult, "recipientLocked">["retryAt"]>().toEqualTypeOf<number>();
  expectTypeOf<With<StartResult, "requestInvalid">["field"]>().toEqualTypeOf<string>();
});

test("every answer about a verification that exists shows it", () => {
  type Hidden = "notFound" | "idempotencyKeyReused" | "deliveryCongested";
  type Any =
    | AnswerOf<"check">
    | AnswerOf<"resend">
    | AnswerOf<"next">
    | AnswerOf<"cancel">
    | AnswerOf<"settle">;
  expectTypeOf<
    Exclude<Any, { readonly outcome: Hidden }>["verification"]
  >().toEqualTypeOf<VerificationView>();
  expectTypeOf<With<Any, Hidden>["verification"]>().toEqualTypeOf<null>();
  expectTypeOf<With<Any, "codeMismatch">["checksLeft"]>().toEqualTypeOf<number>();
  expectTypeOf<With<AnswerOf<"check">, "approved">["verification"]>().toEqualTypeOf<VerificationView>();
});

test("and the answers are as their types say", async () => {
  const one = await openTestInstance();
  const { engine, tenantId, clock } = one;
  const first = await one.start({ to: alice });
  const verb = { tenantId, id: first.id };
  const idempotency = { id: "key", fingerprint: "one" };
  await engine.resend({ ...verb, idempotency });
  const shown = [
    await engine.resend(verb),
    await engine.check({ ...verb, code: "?" }),
    await engine.check({ ...verb, code: wrongCode(one.codeOn(alice)) }),
    await engine.check({ ...verb, code: one.codeOn(alice) }),
    await engine.cancel(verb),
    await engine.settle({ ...verb, status: "canceled" }),
    await engine.next(verb),
  ];
  expect(shown.map(({ outcome }) => outcome)).toEqual([
    "resendTooSoon",
    "codeMalformed",
    "codeMismatch",
    "approved",
    "settled",
    "settled",
    "settled",
  ]);
  for (const result of shown) expect(result.verification?.id, result.outcome).toBe(first.id);
  await one.start({ to: bob });
  const refused = [
    await one.tryStart({ to: bob }),
    await one.tryStart({ to: "+1 23" }),
    await one.tryStart({ to: alice, service: "none" }),
    await one.tryStart({ to: alice, brand: "" }),
    await engine.check({ tenantId, id: "0199f000-0000-7000-8000-000000000000", code: "123456" }),
    await engine.resend({ ...verb, idempotency: { ...idempotency, fingerprint: "two" } }),
  ];
  expect(refused.map(({ outcome }) => outcome)).toEqual([
    "sendLimitReached",
    "numberInvalid",
    "serviceNotFound",
    "requestInvalid",
    "notFound",
    "idempotencyKeyReused",
  ]);
  for (const result of refused) expect(result.verification, result.outcome).toBeNull();
  await clock.advance(1);
});

test("W-4: a record whose verification retention has taken answers nothing: the start is decided anew", async () => {
  const one = await openTestInstance();
  const idempotency = { id: "key", fingerprint: "one" };
  const first = await one.tryStart({ to: alice, idempotency });
  await one.clock.advance(60_000);
  await one.store.purge({ settled: one.clock.now(), idempotency: 0 }, 100);
  const again = await one.tryStart({ to: alice, idempotency });
  expect(again).toMatchObject({ outcome: "started", replayed: false });
  expect(again.verification?.id).not.toBe(first.verification?.id);
});

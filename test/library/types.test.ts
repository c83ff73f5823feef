import { expectTypeOf, test } from "vitest";
import type {
  CheckResult,
  Countersign,
  CountersignOptions,
  SendResult,
  SettleResult,
  StartResult,
  Verification,
} from "../../src/index.ts";

// Nothing here runs: the compiler is the test. A line marked @ts-expect-error that compiles fails `npm run check`.
type Never = (countersign: Countersign) => Promise<void>;

test("wrong calls do not compile", () => {
  const wrong: Never = async (countersign) => {
    // @ts-expect-error M-10: a check without `to`
    await countersign.check({ id: "", code: "" });
    // @ts-expect-error a start without a recipient
    await countersign.start({ channel: "sms" });
    // @ts-expect-error a channel that does not exist
    await countersign.start({ to: "", channel: "pigeon" });
    // @ts-expect-error the tenant is the library's own
    await countersign.start({ to: "", tenantId: "" });
    // @ts-expect-error a verification is not settled as expired
    await countersign.settle({ id: "", status: "expired" });
    // @ts-expect-error an event that does not exist
    countersign.on("aproved", () => {});
    // @ts-expect-error a delivery has no code
    countersign.on("delivery", ({ delivery }) => delivery.code);
    const result = await countersign.check({ id: "", to: "", code: "" });
    // @ts-expect-error how many are left is known of a wrong code only
    void result.checksLeft;
    // @ts-expect-error there is no such outcome
    if (result.outcome === "approve") return;
    // @ts-expect-error a result is no boolean to take for an approval
    const isApproved: boolean = result;
    void isApproved;
  };
  const options = { brand: "Shop", sandbox: true } as const satisfies CountersignOptions;
  // @ts-expect-error an option that does not exist
  const misspelled: CountersignOptions = { brnad: "Shop" };
  expectTypeOf([wrong, options, misspelled]).not.toBeNever();
});

test("each outcome has exactly its own fields", () => {
  type Of<R extends { readonly outcome: string }, T extends R["outcome"]> = Extract<
    R,
    { readonly outcome: T }
  >;
  expectTypeOf<Of<StartResult, "started">["verification"]>().toEqualTypeOf<Verification>();
  expectTypeOf<Of<StartResult, "recipientLocked">["verification"]>().toEqualTypeOf<null>();
  expectTypeOf<Of<StartResult, "recipientLocked">["retryAt"]>().toEqualTypeOf<number>();
  expectTypeOf<Of<CheckResult, "approved">["verification"]>().toEqualTypeOf<Verification>();
  expectTypeOf<Of<CheckResult, "codeMismatch">["checksLeft"]>().toEqualTypeOf<number>();
  expectTypeOf<Of<CheckResult, "notFound">["verification"]>().toEqualTypeOf<null>();
  expectTypeOf<Of<SendResult, "deliveryCongested">["verification"]>().toEqualTypeOf<null>();
  expectTypeOf<CheckResult["outcome"]>().toEqualTypeOf<
    | "approved"
    | "codeMismatch"
    | "codeMalformed"
    | "codeExpired"
    | "recipientLocked"
    | "notFound"
    | "expired"
    | "exhausted"
    | "settled"
  >();
  expectTypeOf<SettleResult["outcome"]>().toEqualTypeOf<
    "approved" | "canceled" | "notFound" | "expired" | "exhausted" | "settled"
  >();
});

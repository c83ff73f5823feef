import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempt, sending } from "../../test/support/deliveries.ts";
import { deliveryRow } from "../../test/support/rows.ts";
import { type Delivery, type DeliveryState, isOpen, type ReceiptStatus, receive } from "./index.ts";

describe("D-3, D-12: receipts", () => {
  const table: readonly [DeliveryState, ReceiptStatus, DeliveryState][] = [
    ["queued", "sent", "accepted"],
    ["queued", "delivered", "delivered"],
    ["queued", "failed", "queued"],
    ["sending", "sent", "accepted"],
    ["sending", "delivered", "delivered"],
    ["sending", "failed", "failed"],
    ["unknown", "sent", "accepted"],
    ["unknown", "delivered", "delivered"],
    ["unknown", "failed", "failed"],
    ["unconfirmed", "sent", "accepted"],
    ["unconfirmed", "delivered", "delivered"],
    ["unconfirmed", "failed", "failed"],
    ["accepted", "sent", "accepted"],
    ["accepted", "delivered", "delivered"],
    ["accepted", "failed", "failed"],
    ["delivered", "sent", "delivered"],
    ["delivered", "delivered", "delivered"],
    ["delivered", "failed", "delivered"],
    ["failed", "sent", "failed"],
    ["failed", "failed", "failed"],
    ["dropped", "sent", "dropped"],
    ["dropped", "delivered", "dropped"],
    ["dropped", "failed", "dropped"],
  ];

  test.each(table)("%s + %s is %s", (state, status, next) => {
    const one = attempt({ answer: state === "accepted" ? "accepted" : "unknown" });
    expect(receive(deliveryRow({ state, attempts: [one] }), status, "m-1").state).toBe(next);
  });

  test("D-3: a receipt adopts a delivery whose reply was lost", () => {
    const next = receive(deliveryRow({ state: "unknown", attempts: [attempt()] }), "sent", "m-9");
    expect(next.attempts).toMatchObject([{ answer: "accepted", providerMessageId: "m-9" }]);
    expect(isOpen(next)).toBe(false);
  });

  test("D-6: what waits for another try is not sent again once the receipt of a lost answer came", () => {
    const lost = attempt({ answer: "unknown", reason: "no_answer", cost: 100 });
    const refused = attempt({ provider: "b", answer: "notSent", reason: "rate_limited" });
    const next = receive(deliveryRow({ state: "queued", attempts: [lost, refused] }), "delivered", "m-9");
    const adopted = { ...lost, answer: "accepted", providerMessageId: "m-9", reason: null };
    expect(next).toMatchObject({ state: "delivered", attempts: [adopted, refused] });
    // Of what nobody can have taken there is no receipt.
    const untaken = deliveryRow({ state: "queued", attempts: [refused] });
    expect(receive(untaken, "delivered", "m-9")).toBe(untaken);
  });

  test("what a receipt failed is moved on by a later delivered, what a provider refused is not", () => {
    const byReceipt = receive(
      deliveryRow({ state: "accepted", attempts: [attempt({ answer: "accepted" })] }),
      "failed",
      null,
    );
    expect(receive(byReceipt, "delivered", null).state).toBe("delivered");
    const byProvider = deliveryRow({ state: "failed", attempts: [attempt({ answer: "rejected" })] });
    expect(receive(byProvider, "delivered", null)).toBe(byProvider);
  });

  test("D-10: what the first provider says late changes nothing about the second's message", () => {
    const first = attempt({ answer: "notSent" });
    const second_ = attempt({ provider: "b", answer: "accepted", providerMessageId: "b-1" });
    const row = deliveryRow({ state: "accepted", attempts: [first, second_] });
    for (const status of ["sent", "delivered", "failed"] as const) {
      expect(receive(row, status, "a-1"), status).toBe(row);
    }
    expect(receive(row, "delivered", "b-1").state).toBe("delivered");
  });

  test("a failure that may belong to an earlier attempt does not fail the one under way", () => {
    const row = sending(attempt({ answer: "notSent" }), attempt({ provider: "b" }));
    expect(receive(row, "failed", "a-1")).toBe(row);
  });

  test("D-12: shuffled and repeated receipts end in the same state", () => {
    const starts: readonly Delivery[] = [
      deliveryRow({ state: "accepted", attempts: [attempt({ answer: "accepted" })] }),
      deliveryRow({ state: "unknown", attempts: [attempt({ answer: "unknown" })] }),
      deliveryRow({ state: "unconfirmed", attempts: [attempt({ answer: "unknown" })] }),
      sending(),
    ];
    const statuses = fc.array(fc.constantFrom<ReceiptStatus>("sent", "delivered", "failed"), {
      minLength: 1,
      maxLength: 5,
    });
    const shuffled = statuses.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length, maxLength: 2 * list.length }),
      ),
    );
    const end = (from: Delivery, list: readonly ReceiptStatus[]): DeliveryState =>
      list.reduce((row, status) => receive(row, status, null), from).state;
    fc.assert(
      fc.property(fc.constantFrom(...starts), shuffled, (from, [inOrder, mixed]) => {
        expect(end(from, mixed)).toBe(end(from, inOrder));
      }),
      { numRuns: 3_000 },
    );
  });
});

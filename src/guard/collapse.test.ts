import { expect, test } from "vitest";
import { baselineOf, betaBelow, hasCollapsed } from "./collapse.ts";

/** The smallest number of messages at which the rule trips with so many good ones. */
function tripsAt(usual: number, good: number, part: number): number {
  for (let messages = good; messages < 1_000; messages++) {
    if (hasCollapsed({ messages, good }, usual, part)) return messages;
  }
  return Number.POSITIVE_INFINITY;
}

test("F-7: messages until a collapse is seen, as the guard's table says it for three tenths", () => {
  expect([0, 1, 2, 4].map((good) => tripsAt(0.6, good, 0.3))).toEqual([20, 30, 40, 58]);
  expect([0, 1, 2, 4].map((good) => tripsAt(0.7, good, 0.3))).toEqual([20, 27, 35, 50]);
});

test("F-7: it is surer of half than of three tenths, and never below 20 messages", () => {
  expect(tripsAt(0.9, 0, 0.5)).toBe(20);
  expect(hasCollapsed({ messages: 19, good: 0 }, 0.9, 0.5)).toBe(false);
  expect(hasCollapsed({ messages: 50, good: 35 }, 0.7, 0.5)).toBe(false);
});

test("the probability agrees with closed forms and with its own mirror", () => {
  for (const x of [0.001, 0.1, 0.5, 0.77, 0.999]) {
    expect(betaBelow(x, 1, 1)).toBeCloseTo(x, 10);
    expect(betaBelow(x, 3, 1)).toBeCloseTo(x ** 3, 10);
    expect(betaBelow(x, 1, 4)).toBeCloseTo(1 - (1 - x) ** 4, 10);
    expect(betaBelow(x, 0.6, 20.4) + betaBelow(1 - x, 20.4, 0.6)).toBeCloseTo(1, 10);
  }
  expect([betaBelow(0, 2, 3), betaBelow(1, 2, 3)]).toEqual([0, 1]);
});

test("what is usual begins at six in ten and follows what is seen", () => {
  expect(baselineOf({ messages: 0, good: 0 })).toBeCloseTo(0.6);
  expect(baselineOf({ messages: 990, good: 900 })).toBeCloseTo(0.906);
});

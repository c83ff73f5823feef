import { describe, expect, test } from "vitest";
import { afterInbound, type InboundRequest, inboundWordOf, isOptedOut, type OptOut } from "./index.ts";

describe("the word that a text is", () => {
  test.each([
    ["STOP", "stop"],
    ["stop", "stop"],
    [" Stop. ", "stop"],
    ["“STOP”!", "stop"],
    ["Stopall", "stop"],
    ["unsubscribe", "stop"],
    ["cancel", "stop"],
    ["END", "stop"],
    ["Quit\n", "stop"],
    ["opt out", "stop"],
    ["arre\u0302t", "stop"],
    ["START", "start"],
    ["unstop", "start"],
    ["HELP", "help"],
    ["Info", "help"],
    ["please stop", null],
    ["stop calling my sister", null],
    ["123456", null],
    ["yes", null],
    ["", null],
    ["...", null],
    ["STOP".repeat(1_000), null],
  ] as const)("%j is %s", (text, word) => {
    expect(inboundWordOf(text)).toBe(word);
  });
});

const asked = (more: Partial<InboundRequest> = {}): InboundRequest => ({
  id: "m1",
  word: "stop",
  sender: "+14155550100",
  carrier: "telnyx",
  ...more,
});

/** The row after several texts. */
function rowAfter(...texts: readonly Partial<InboundRequest>[]): OptOut | undefined {
  let row: OptOut | undefined;
  for (const [index, one] of texts.entries()) {
    row = afterInbound(row, "r", asked({ id: `m${index}`, ...one }), index) ?? row;
  }
  return row;
}

describe("C-44: a number that answered", () => {
  test("STOP wants no texts, and START to any sender opens all", () => {
    expect(isOptedOut(undefined)).toBe(false);
    expect(isOptedOut(rowAfter({}))).toBe(true);
    expect(isOptedOut(rowAfter({}, { sender: "+1" }, { word: "start", sender: "+2" }))).toBe(false);
    expect(isOptedOut(rowAfter({}, { word: "start" }, {}))).toBe(true);
  });

  test("HELP changes nothing, and neither does START before any STOP", () => {
    expect(rowAfter({ word: "help" })).toBeUndefined();
    expect(rowAfter({ word: "start" })).toBeUndefined();
    expect(isOptedOut(rowAfter({}, { word: "help" }))).toBe(true);
  });

  test("what a carrier says again changes nothing, not even after START", () => {
    expect(isOptedOut(rowAfter({ id: "a" }, { id: "b", word: "start" }, { id: "a" }))).toBe(false);
  });

  test("each sender that heard it is known once, and what is kept has a bound", () => {
    expect(rowAfter({}, {}, { sender: "+2" })?.stopped.map(({ sender }) => sender)).toEqual([
      "+14155550100",
      "+2",
    ]);
    const many = rowAfter(...Array.from({ length: 50 }, (_, n) => ({ sender: `+${n}` })));
    expect(many?.stopped).toHaveLength(10);
    expect(many?.heard).toHaveLength(10);
  });
});

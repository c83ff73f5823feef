import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";

const script = readFileSync(join(import.meta.dirname, "assets", "proof.js"), "utf8");

interface Asked {
  readonly challenge: string;
  readonly country: string;
  readonly number: string;
}

/** The script as a worker runs it: what it posts when it is asked. */
function answerOf(asked: Asked): string {
  let answer = "";
  let ask: (event: { readonly data: Asked }) => void = () => undefined;
  runInNewContext(script, {
    TextEncoder,
    addEventListener: (_: string, listener: typeof ask) => {
      ask = listener;
    },
    postMessage: (text: string) => {
      answer = text;
    },
  });
  ask({ data: asked });
  return answer;
}

test("F-10: the page's script finds the first answer that the server takes, however long the number before it is", () => {
  const difficulty = 20;
  for (let length = 0; length <= 130; length++) {
    const asked = {
      challenge: `1.${difficulty}.n.s`,
      country: "DE",
      number: "1٤".repeat(length / 2) + "2".repeat(length % 2),
    };
    const text = `${asked.challenge}|${asked.country}|${asked.number}|`;
    const isRight = (answer: number): boolean =>
      Number.parseInt(hash("sha256", text + answer, "hex").slice(0, 12), 16) < 2 ** 48 / difficulty;
    let first = 0;
    while (!isRight(first)) first += 1;
    expect(answerOf(asked)).toBe(String(first));
  }
});

import { describe, expect, test } from "vitest";
import { begin, open, wrong } from "./open.ts";

describe("ten instances in one process", () => {
  test("each has its own folder, numbers, codes, limits, phones and events", async () => {
    const instances = await Promise.all(Array.from({ length: 10 }, () => open()));
    const heard = instances.map(() => [] as string[]);
    for (const [index, { countersign }] of instances.entries()) {
      countersign.on("approved", ({ verification }) => void heard[index]?.push(verification.id));
    }
    const to = "+14155550180";
    const begun = await Promise.all(instances.map(({ countersign }) => begin(countersign, { to })));
    expect(new Set(begun.map(({ id }) => id)).size).toBe(10);
    // One code in a million is another's by chance: of ten, rarely more than one.
    expect(new Set(begun.map(({ code }) => code)).size).toBeGreaterThan(8);
    await Promise.all(
      instances.map(async ({ countersign }, index) => {
        const { id, code } = begun[index] as { id: string; code: string };
        const next = begun[(index + 1) % 10] as { id: string };
        expect(await countersign.get({ id: next.id })).toBeNull();
        // As many wrong guesses as the instance has a number: the others must not notice.
        const guesses = index % 5;
        for (let guess = 0; guess < guesses; guess++) await countersign.check({ id, to, code: wrong(code) });
        expect((await countersign.get({ id }))?.checksLeft).toBe(5 - guesses);
        expect((await countersign.check({ id, to, code })).outcome).toBe("approved");
        expect(countersign.phones?.messages(to)).toHaveLength(1);
      }),
    );
    expect(heard).toEqual(begun.map(({ id }) => [id]));
    // One that closes leaves the others alone.
    await instances[0]?.countersign.close();
    const others = instances.slice(1).map(({ countersign }) => countersign.start({ to: "+14155550181" }));
    expect((await Promise.all(others)).map(({ outcome }) => outcome)).toEqual(Array(9).fill("started"));
  });

  test("two hundred pairs through ten of them at once are all approved", async () => {
    const instances = await Promise.all(Array.from({ length: 10 }, () => open()));
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const countersign = instances[index % 10]?.countersign;
        if (countersign === undefined) throw new Error("no instance");
        const to = `+1415555${1_000 + Math.floor(index / 10)}`;
        const { id, code } = await begin(countersign, { to });
        return (await countersign.check({ id, to, code })).outcome;
      }),
    );
    expect(new Set(outcomes)).toEqual(new Set(["approved"]));
  });
});

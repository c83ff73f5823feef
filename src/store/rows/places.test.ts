import fc from "fast-check";
import { expect, test } from "vitest";
import { absent, type Field, loopedCodec, madeCodec, none } from "./places.ts";

const odd = ["a", "B c", '"', "\\", "'", "`${x}`", "\u2028", "\n", "ä€😀", "toString", "row", "0", "list"];
const pack = (value: unknown): unknown => ({ packed: value });
const unpack = (packed: unknown): unknown => (packed as { readonly packed?: unknown }).packed ?? packed;
const usual = fc.constantFrom<unknown>(undefined, null, absent, none, "", "usual\u2028", 0, 1, true, false);
const tables: fc.Arbitrary<readonly Field[]> = fc
  .uniqueArray(fc.constantFrom(...odd), { maxLength: 8 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.tuple(usual, fc.boolean()).map(
          ([value, isPacked]): Field => ({
            name,
            usual: value,
            pack: isPacked ? pack : null,
            unpack: isPacked ? unpack : null,
          }),
        ),
      ),
    ),
  );
const boundaries = [null, undefined, "", 0, -0, Number.NaN, Infinity, false, true, [], [0], 7n, new Date(0)];
const values = fc.oneof(
  fc.constantFrom<unknown>(...boundaries, "usual\u2028"),
  fc.jsonValue({ maxDepth: 1 }),
);
const rows = fc.array(fc.tuple(fc.constantFrom(...odd), values)).map((all) => Object.fromEntries(all));

const outcome = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (cause) {
    return String(cause);
  }
};

test("code that is made for a table does with every row and list what its loop does, however many fields it has", () => {
  const property = fc.property(tables, rows, fc.array(values, { maxLength: 10 }), (fields, row, list) => {
    const [made, looped] = [madeCodec(fields), loopedCodec(fields)];
    expect(made.toList(row)).toStrictEqual(looped.toList(row));
    expect(outcome(() => made.fromList(list))).toStrictEqual(outcome(() => looped.fromList(list)));
  });
  fc.assert(property, { numRuns: 500 });
});

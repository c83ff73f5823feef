import { describe, expect, test } from "vitest";
import { scriptedProvider } from "../../test/support/scripted-provider.ts";
import { createBacklog, createPacer, type Provider } from "./index.ts";

const t0 = 1_000_000;
const withRate = (id: string, ratePerSecond: number): Provider => ({
  ...scriptedProvider(id),
  ratePerSecond,
});

describe("D-8: slots of a rate", () => {
  test("one a slot, the same when asked twice, and thirds do not add up to a drift", () => {
    const pacer = createPacer([withRate("a", 3)]);
    const slots = Array.from({ length: 7 }, (_, n) => pacer.take("a", `v.${n}`, t0) - t0);
    expect(slots).toEqual([0, 334, 667, 1_000, 1_334, 1_667, 2_000]);
    expect(pacer.take("a", "v.3", t0)).toBe(t0 + 1_000);
    expect(pacer.opensAt("a", "v.9", t0)).toBe(t0 + 2_334);
  });

  test("the last slot is given back, and what another provider was promised with it", () => {
    const pacer = createPacer([withRate("a", 1), withRate("b", 1)]);
    pacer.take("a", "v.1", t0);
    pacer.take("b", "v.1", t0);
    expect(pacer.opensAt("a", "v.2", t0)).toBe(t0);
    pacer.release("v.1");
    expect(pacer.opensAt("b", "v.2", t0)).toBe(t0);
  });

  test("after a pause the slots that passed are gone, so that none is made up for", () => {
    const pacer = createPacer([withRate("a", 10)]);
    for (let n = 0; n < 5; n++) pacer.take("a", `v.${n}`, t0);
    const late = t0 + 60_000;
    expect(pacer.come(late)).toHaveLength(5);
    const again = Array.from({ length: 5 }, (_, n) => pacer.take("a", `v.${n}`, late) - late);
    expect(again).toEqual([0, 100, 200, 300, 400]);
  });

  test("C-40: slots taken while the clock ran ahead are gone when it is back", () => {
    const pacer = createPacer([withRate("a", 1)]);
    const ahead = t0 + 86_400_000;
    for (let n = 0; n < 90; n++) pacer.take("a", `v.${n}`, ahead);
    expect(pacer.opensAt("a", "v.new", ahead)).toBe(ahead + 90_000);
    expect(pacer.opensAt("a", "v.new", t0)).toBe(t0);
    expect([pacer.take("a", "v.1", t0), pacer.take("a", "v.2", t0)]).toEqual([t0, t0 + 1_000]);
  });

  test("a used slot stays used, and an idle time saves nothing up", () => {
    const pacer = createPacer([withRate("a", 1)]);
    pacer.take("a", "v.1", t0);
    pacer.used("v.1");
    expect(pacer.opensAt("a", "v.2", t0 + 1)).toBe(t0 + 1_000);
    pacer.take("a", "v.2", t0 + 9_000);
    expect(pacer.opensAt("a", "v.3", t0 + 9_000)).toBe(t0 + 10_000);
  });

  test.each([0, -1, Number.NaN])("a rate of %s is refused by the provider's name", (rate) => {
    expect(() => createPacer([withRate("a", rate)])).toThrow("rate of a");
  });
});

describe("D-8: the backlog", () => {
  const deadline = t0 + 90_000;

  test("counts what is promised, gives it back, and says when there will be room", () => {
    const providers = [withRate("a", 1)];
    const backlog = createBacklog(providers, createPacer(providers));
    const answers = Array.from({ length: 100 }, (_, n) => backlog.expect(`v.${n}`, providers, deadline, t0));
    expect(answers.filter((answer) => answer === null)).toHaveLength(88);
    expect(answers[88]).toBe(t0 + 1_000);
    backlog.arrived("v.5");
    expect(backlog.expect("v.200", providers, deadline, t0)).toBeNull();
    expect(backlog.expect("v.201", providers, deadline, t0)).not.toBeNull();
    // What another node took up is forgotten in the end.
    expect(backlog.expect("v.202", providers, deadline + 90_000, t0 + 90_000)).toBeNull();
  });

  test("nobody is refused where one who may take it has no rate, or nobody may", () => {
    const slow = withRate("a", 1);
    const free = scriptedProvider("b");
    const backlog = createBacklog([slow, free], createPacer([slow, free]));
    for (let n = 0; n < 200; n++) expect(backlog.expect(`v.${n}`, [slow, free], deadline, t0)).toBeNull();
    for (let n = 0; n < 200; n++) expect(backlog.expect(`e.${n}`, [], deadline, t0)).toBeNull();
    for (let n = 0; n < 88; n++) expect(backlog.expect(`s.${n}`, [slow], deadline, t0)).toBeNull();
    expect(backlog.expect("s.88", [slow], deadline, t0)).not.toBeNull();
  });
});

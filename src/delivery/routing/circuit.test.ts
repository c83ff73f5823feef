import { describe, expect, test } from "vitest";
import { seededRandom } from "../../testing/index.ts";
import { type Circuit, createCircuit, probeEveryMs, type Sign } from "./circuit.ts";

const second = 1_000;
const t0 = 1_000_000;

/** One call that takes no time. */
function call(circuit: Circuit, id: string, sign: Sign, now: number, restMs?: number): void {
  circuit.chosen(id, now);
  circuit.began(id, now);
  circuit.ended(id, sign, now, restMs);
}

function opened(): Circuit {
  const circuit = createCircuit();
  for (const n of [1, 2, 3]) call(circuit, `bad-${n}`, "bad", t0);
  return circuit;
}

describe("R-11: a carrier that does not work is passed over", () => {
  test("three bad answers open it, and not where they are few among good ones", () => {
    expect(opened().state(t0).type).toBe("open");
    const busy = createCircuit();
    for (let n = 0; n < 400; n++) call(busy, `v.${n}`, n % 4 === 0 ? "bad" : "good", t0 + n);
    expect(busy.state(t0 + 400).type).toBe("closed");
    const half = createCircuit();
    for (let n = 0; n < 20; n++) call(half, `v.${n}`, n % 2 === 0 ? "bad" : "good", t0 + n);
    expect(half.state(t0 + 20).type).toBe("open");
  });

  test("a lost answer in twenty does not open it within ten thousand messages", () => {
    const random = seededRandom(11);
    const circuit = createCircuit();
    let open = 0;
    for (let n = 0; n < 10_000; n++) {
      const now = t0 + n * 100;
      call(circuit, `v.${n}`, (random.bytes(1)[0] ?? 0) < 13 ? "bad" : "good", now);
      if (circuit.state(now).type === "open") open += 1;
    }
    expect(open).toBe(0);
  });

  test("what says nothing about it changes nothing", () => {
    const circuit = createCircuit();
    for (let n = 0; n < 10; n++) call(circuit, `v.${n}`, "none", t0);
    expect(circuit.state(t0)).toEqual({ type: "closed" });
  });

  test("one delivery in ten seconds probes it, the same one however often it is looked at", () => {
    const circuit = opened();
    let probes = 0;
    for (let now = t0; now < t0 + 120 * second; now += 100) {
      const id = `v.${now}`;
      if (circuit.isOpenFor(id, now)) continue;
      probes += 1;
      circuit.chosen(id, now);
      circuit.chosen(id, now);
      expect(circuit.isOpenFor(id, now)).toBe(false);
      expect(circuit.isOpenFor("another", now)).toBe(true);
      circuit.began(id, now);
      circuit.ended(id, "bad", now);
    }
    expect(probes).toBe(11);
  });

  test("three good probes close it, and after a relapse it takes six: it does not flap", () => {
    const circuit = opened();
    let now = t0;
    const probesToClose = (): number => {
      for (let probes = 1; ; probes++) {
        now += probeEveryMs;
        expect(circuit.isOpenFor("probe", now)).toBe(false);
        call(circuit, "probe", "good", now);
        if (circuit.state(now).type === "closed") return probes;
      }
    };
    expect(probesToClose()).toBe(3);
    for (const expected of [6, 12, 12]) {
      for (const n of [1, 2, 3]) call(circuit, `again-${n}`, "bad", now);
      expect(circuit.state(now).type).toBe("open");
      expect(probesToClose()).toBe(expected);
    }
    now += 301 * second;
    for (const n of [1, 2, 3]) call(circuit, `late-${n}`, "bad", now);
    expect(probesToClose()).toBe(3);
  });

  test("answers of calls that began before it opened do not close it", () => {
    const circuit = createCircuit();
    for (let n = 0; n < 10; n++) circuit.began(`early-${n}`, t0);
    for (const n of [1, 2, 3]) call(circuit, `bad-${n}`, "bad", t0 + 1);
    for (let n = 0; n < 10; n++) circuit.ended(`early-${n}`, "good", t0 + 5);
    expect(circuit.state(t0 + 5).type).toBe("open");
  });

  test("calls that nobody answers keep others away before the first has timed out", () => {
    const circuit = createCircuit();
    for (let n = 0; n < 3; n++) circuit.began(`v.${n}`, t0);
    expect(circuit.isOpenFor("next", t0 + 2_499)).toBe(false);
    expect(circuit.state(t0 + 2_500)).toEqual({ type: "silent" });
    expect(circuit.isOpenFor("next", t0 + 2_500)).toBe(true);
    circuit.ended("v.0", "good", t0 + 2_600);
    expect(circuit.isOpenFor("next", t0 + 2_600)).toBe(false);
  });

  test("who asks for a pause gets it, up to a minute", () => {
    const circuit = createCircuit();
    call(circuit, "v.1", "none", t0, 5 * second);
    expect(circuit.isOpenFor("v.2", t0 + 4_999)).toBe(true);
    expect(circuit.isOpenFor("v.2", t0 + 5_000)).toBe(false);
    call(circuit, "v.3", "none", t0 + 5_000, 3_600 * second);
    expect(circuit.state(t0 + 5_000)).toEqual({ type: "resting", until: t0 + 65_000 });
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { StartRequest, StartResult, VerificationView } from "../../src/engine/index.ts";
import { type Instance, type InstanceOptions, openInstance } from "../../src/instance/instance.ts";
import { createFakeClock, type FakeClock, seededRandom } from "../../src/testing/index.ts";
import { quickHashes, testSecret } from "./instance-values.ts";

export { alice, bob, mallory, testSecret } from "./instance-values.ts";

/** An instance on a fake clock and a folder of its own, with the calls that most tests repeat. */
export interface TestInstance extends Instance {
  readonly clock: FakeClock;
  readonly folder: string;
  readonly tenantId: string;
  /** Starts and expects success; the message is delivered before it returns. */
  start(request: Partial<StartRequest> & { readonly to: string }): Promise<VerificationView>;
  /** Starts, whatever comes of it. */
  tryStart(request: Partial<StartRequest> & { readonly to: string }): Promise<StartResult>;
  /** The code of the newest message on a virtual phone. */
  codeOn(number: string): string;
  /** Everything a virtual phone received, oldest first. */
  codesOn(number: string): readonly string[];
}

export interface TestInstanceOptions extends Omit<InstanceOptions, "folder" | "clock"> {
  readonly clock?: FakeClock;
  readonly folder?: string;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "countersign-"));
}

/** Opens one for the test that runs; it closes itself and clears its folder away. */
export async function openTestInstance(options: TestInstanceOptions = {}): Promise<TestInstance> {
  const one = await openSharedInstance(options);
  onTestFinished(async () => {
    const closed = one.close();
    // A carrier that never answers runs into its time-out, which is this clock's.
    await one.clock.advance(10_000);
    await closed;
    rmSync(one.folder, { recursive: true, force: true });
  });
  return one;
}

/** Counts the instances of a test file, so that each has chance of its own and every run has the same. */
let opened = 0;

/** Opens one that whoever asked for it closes. */
export async function openSharedInstance(options: TestInstanceOptions = {}): Promise<TestInstance> {
  const clock = options.clock ?? createFakeClock();
  const folder = options.folder ?? temporaryFolder();
  opened += 1;
  const random = seededRandom(opened);
  const instance = await openInstance({
    secrets: [testSecret],
    random,
    hashCost: quickHashes,
    // As after a flush, without the way to another thread and back; what flushes, the tests of the store prove.
    sync: (done) => setImmediate(done, null),
    ...options,
    clock,
    folder,
  });
  const tenantId = instance.tenant.id;
  let closed = false;
  const tryStart: TestInstance["tryStart"] = (request) => instance.engine.start({ tenantId, ...request });
  const messages = (number: string) => {
    if (instance.sandbox === null) throw new TypeError("this instance has no virtual phones");
    return instance.sandbox.phones.messages(number);
  };
  return {
    ...instance,
    clock,
    folder,
    tenantId,
    tryStart,
    async start(request) {
      const result = await tryStart(request);
      if (result.outcome !== "started" || result.verification === null) {
        throw new Error(`the start was answered with ${JSON.stringify(result)}`);
      }
      await instance.engine.tick();
      return result.verification;
    },
    codeOn(number) {
      const code = messages(number)[0]?.code;
      if (code === undefined || code === null) throw new Error("the phone received no code");
      return code;
    },
    codesOn: (number) =>
      messages(number)
        .map((message) => message.code ?? "")
        .reverse(),
    async close() {
      if (closed) return;
      closed = true;
      await instance.close();
    },
  };
}

/** A code of the same form that is not the right one; `nth` gives others. */
export function wrongCode(right: string, nth = 1): string {
  const shifted = (Number(right) + nth) % 10 ** right.length;
  return String(shifted).padStart(right.length, "0");
}

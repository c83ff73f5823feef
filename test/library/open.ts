import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Countersign, type CountersignOptions, createCountersign } from "../../src/index.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-library-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The library as an application embeds it, on a clock that a test turns; closed when the test is over. */
export async function open(
  options: CountersignOptions = {},
): Promise<{ readonly countersign: Countersign; readonly clock: FakeClock; readonly data: string }> {
  const data = options.data ?? join(temporaryFolder(), "data");
  const clock = createFakeClock();
  const countersign = await createCountersign({ clock, data, lockWaitMs: 0, ...options });
  onTestFinished(() => countersign.close());
  return { countersign, clock, data };
}

export const to = "+14155550123";

/** Starts, and reads the code from the virtual phone. */
export async function begin(
  countersign: Countersign,
  more: { readonly to?: string; readonly binding?: string } = {},
): Promise<{ readonly id: string; readonly code: string }> {
  const request = { to, ...more };
  const started = await countersign.start(request);
  if (started.outcome !== "started") throw new Error(`not started: ${started.outcome}`);
  await countersign.tick();
  return { id: started.verification.id, code: countersign.phones?.messages(request.to)[0]?.code ?? "" };
}

export function wrong(code: string): string {
  return code === "000000" ? "000001" : "000000";
}

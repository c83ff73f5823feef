import type { StandinParts } from "./parts.ts";

/** A request of a carrier to the program under development. */
export interface CarrierPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const patienceMs = 15_000;

/** Posts like a carrier: again after each of these waits, until the program answers with 200 to 299. Never throws. */
export async function post(
  { clock, fetch }: StandinParts,
  { url, headers, body }: CarrierPost,
  retryAfterMs: readonly number[] = [],
): Promise<void> {
  for (const waitMs of [0, ...retryAfterMs]) {
    if (waitMs > 0) await clock.sleep(waitMs);
    const timeout = new AbortController();
    const endWait = clock.after(patienceMs, () => timeout.abort("out of time"));
    try {
      const options = { method: "POST", headers, body, redirect: "manual", signal: timeout.signal } as const;
      const response = await fetch(url, options);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not there, or not in time: as any other answer that is not the wanted one.
    } finally {
      endWait();
    }
  }
}

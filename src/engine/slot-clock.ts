import type { Pacer } from "../delivery/index.ts";
import type { Due } from "../store/index.ts";
import type { EngineParts } from "./parts.ts";

/** Wakes what waits for its slot at that very instant: the outbox is read too rarely to keep a rate. */
export interface SlotClock {
  /** Looks which slot comes next. */
  set(): void;
  halt(): void;
}

export function createSlotClock(parts: EngineParts, pacer: Pacer, work: (due: Due) => void): SlotClock {
  const halted = new AbortController();
  let wakesAt: number | null = null;

  function set(): void {
    const at = pacer.nextAt(parts.clock.now());
    if (at === null || halted.signal.aborted || (wakesAt !== null && wakesAt <= at)) return;
    wakesAt = at;
    void parts.clock.sleep(at - parts.clock.now(), halted.signal).then(() => {
      // An earlier slot has a waiter of its own, which looks again.
      if (halted.signal.aborted || wakesAt !== at) return;
      wakesAt = null;
      for (const id of pacer.come(parts.clock.now())) work(dueOf(id));
      set();
    });
  }

  return { set, halt: () => halted.abort("halted") };
}

/** A slot goes by the id of its delivery, which names all that is needed to look at its row. */
function dueOf(id: string): Due {
  const dot = id.lastIndexOf(".");
  return { verificationId: id.slice(0, dot), recipientId: "", sequence: Number(id.slice(dot + 1)) };
}

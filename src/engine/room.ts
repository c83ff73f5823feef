import { oldestFirst } from "../delivery/index.ts";
import { createShares } from "../platform/shares.ts";

/**
 * How many deliveries a node works on at once. No carrier has ever more of the room than is left: alone it fills half of
 * it, and however many hang, messages by another one leave (R-11, ADR 65).
 */
export interface Room {
  /** Whether a delivery may go to a carrier now. */
  isFor(delivery: string, provider: string): boolean;
  /** The delivery goes to this carrier, or is looked for there. May be said twice. */
  enter(delivery: string, provider: string): void;
  leave(delivery: string): void;
  /** There was no room: until there is, or its deadline has passed, nobody needs to look at it. */
  turnAway(delivery: string, provider: string, deadline: number): void;
  /** Whether a delivery is worth a claim: not one that would be turned away once more. */
  mayTry(delivery: string): boolean;
  /** A look at the outbox begins. How many of what it finds have been turned away. */
  look(now: number): number;
}

/** As many as wait for one carrier that hangs are read over at each look. */
const awayMax = 5_000;

/** `onTurnedAway` hears of each delivery that is to be looked for again. */
export function createRoom(max: number, onTurnedAway: () => void): Room {
  const inside = new Map<string, string>();
  const shares = createShares(max);
  const away = new Map<string, { readonly provider: string; readonly deadline: number }>();
  const forgetAway = oldestFirst(away, awayMax);
  /** How many were let try since the last look. */
  let tries = new Map<string, number>();

  function leave(delivery: string): void {
    const provider = inside.get(delivery);
    if (provider === undefined) return;
    inside.delete(delivery);
    shares.leave(provider);
  }

  return {
    isFor: (delivery, provider) => inside.get(delivery) === provider || shares.hasRoomFor(provider),
    enter(delivery, provider) {
      leave(delivery);
      inside.set(delivery, provider);
      shares.enter(provider);
    },
    leave,
    turnAway(delivery, provider, deadline) {
      away.delete(delivery);
      away.set(delivery, { provider, deadline });
      forgetAway();
      onTurnedAway();
    },
    mayTry(delivery) {
      const turned = away.get(delivery);
      if (turned === undefined) return true;
      const { provider } = turned;
      const tried = tries.get(provider) ?? 0;
      // Each that enters takes one of the room and one of what is left for its carrier.
      if (shares.of(provider) + 2 * tried >= shares.left) return false;
      tries.set(provider, tried + 1);
      away.delete(delivery);
      return true;
    },
    look(now) {
      tries = new Map();
      for (const [delivery, { deadline }] of away) if (deadline <= now) away.delete(delivery);
      return away.size;
    },
  };
}

/**
 * Places for work, of which no owner ever has more than are left: alone it takes half of them, and however many owners hang,
 * there is one for another (ADR 65). Not a fixed share, of which most would be idle with one owner.
 */
export interface Shares {
  /** How many places are free. */
  readonly left: number;
  /** How many places it has. */
  of(owner: string): number;
  hasRoomFor(owner: string): boolean;
  enter(owner: string): void;
  leave(owner: string): void;
}

export function createShares(max: number): Shares {
  const taken = new Map<string, number>();
  let left = max;
  const of = (owner: string): number => taken.get(owner) ?? 0;
  return {
    get left() {
      return left;
    },
    of,
    hasRoomFor: (owner) => of(owner) < left,
    enter(owner) {
      taken.set(owner, of(owner) + 1);
      left -= 1;
    },
    leave(owner) {
      const count = of(owner) - 1;
      if (count > 0) taken.set(owner, count);
      else taken.delete(owner);
      left += 1;
    },
  };
}

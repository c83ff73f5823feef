import { totpCode } from "../src/authenticators/index.ts";
import type { PeopleSetup } from "./protocol.ts";

/** Somebody who is enrolled, as server and load both know them. */
export interface Person {
  readonly id: string;
  readonly number: string;
}

/** All have the same seed: what it is changes nothing of what a code costs. */
export const peopleSeed: Buffer = Buffer.from("bench people's seed!");

/** A code every second, so that somebody may come back soon: each is accepted once. */
export const peopleTotp = { algorithm: "sha1", digits: 6, periodSeconds: 1 } as const;

/** Of numbers that no other part of the bench uses. */
export function personAt(index: number): Person {
  const digits = `1415${String(5_560_000 + index).padStart(7, "0")}`;
  return { id: `00000000-0000-7000-8000-0${digits}`, number: `+${digits}` };
}

/** One after the other; those with an app come again, since a phone may not be written to at once. */
export function nextPerson({ meets, count }: PeopleSetup): () => Person {
  let issued = 0;
  return () => {
    const index = issued++;
    if (meets === "phone" && index >= count) throw new RangeError("the bench ran out of people");
    return personAt(index % count);
  };
}

export function personCode(): string {
  return totpCode(peopleSeed, peopleTotp, Math.floor(Date.now() / 1_000));
}

export const personName = (index: number): string => `person-${index}`;

import { timingSafeEqual } from "node:crypto";

/** Compares in the same time wherever two texts differ; how long a secret or a digest is, everybody may know. */
export function textsEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, "utf8"), Buffer.from(other, "utf8")];
  return left.length === right.length && timingSafeEqual(left, right);
}

import {
  type Authenticator,
  authenticatorWaits,
  type Subscriber,
  wrongLeft,
  wrongLeftWarned,
} from "../../accounts/index.ts";
import type { Key, Rows, Write } from "../../store/index.ts";
import { nobodyTold, prepareNotice } from "./notices.ts";
import type { AccountParts } from "./parts.ts";

/** What is told of wrong codes, to be written in the very transaction that counts one. */
export interface Warning {
  readonly keys: readonly Key[];
  /** Nothing, unless this was the one that is told of: of many at once it is the only one. */
  writes(
    outcome: { readonly type: string; readonly checksLeft?: number },
    rows: Rows,
    now: number,
  ): readonly Write[];
}

const noWarning: Warning = { keys: [], writes: () => [] };

/**
 * Tells all addresses before wrong codes disable an authenticator for good, and when they did (S-4): whoever enters them
 * may be somebody else. It is prepared for what others may count until the rows are locked, which is as many as come
 * without a wait between them. Nothing is prepared while that is far away.
 */
export async function prepareWarning(
  parts: AccountParts,
  subscriber: Subscriber,
  authenticator: Authenticator,
): Promise<Warning> {
  const left = wrongLeft(authenticator);
  if (authenticator.disabledAt !== null || left > wrongLeftWarned + authenticatorWaits.freeMax) {
    return noWarning;
  }
  const near = left > wrongLeftWarned ? await prepareNotice(parts, subscriber, "disablingNear") : nobodyTold;
  const disabled = await prepareNotice(parts, subscriber, "authenticatorDisabled");
  const toldAt = new Map([
    [wrongLeftWarned, near],
    [0, disabled],
  ]);
  return {
    keys: [...near.keys, ...disabled.keys],
    writes({ type, checksLeft }, rows, now) {
      const told = type === "codeMismatch" && checksLeft !== undefined ? toldAt.get(checksLeft) : undefined;
      return told?.writes(rows, now) ?? [];
    },
  };
}

import type { PostgresStore } from "../../src/store/index.ts";
import { counted, countUp, countUpHot } from "./counted.ts";
import type { Judge, TcpProxy } from "./tcp-proxy.ts";

const commitMessage = Buffer.from("commit\0", "latin1");

/** Loses the connection at the next commit: before the server sees it, or after it was done. */
function cutOnce(when: "before" | "after", onCut: () => void): Judge {
  let isDone = false;
  return (piece, from, pair) => {
    if (isDone) return "pass";
    if (from === "client") {
      if (!piece.includes(commitMessage)) return "pass";
      pair.notes.add("committing");
      if (when === "after") return "pass";
    } else if (!pair.notes.has("committing")) {
      return "pass";
    }
    isDone = true;
    onCut();
    return "cut";
  };
}

export interface CutReport {
  readonly cuts: number;
  readonly before: number;
  readonly after: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly lost: number;
  readonly doubled: number;
}

const updatesPerCut = 8;

/** Cuts connections at the commit, again and again, and compares what was acknowledged with what is there. */
export async function commitCuts(
  store: PostgresStore,
  direct: PostgresStore,
  proxy: TcpProxy,
  cuts: number,
): Promise<CutReport> {
  const happened = { before: 0, after: 0 };
  const acknowledged: string[] = [];
  let refused = 0;
  for (let cut = 0; cut < cuts; cut++) {
    const when = cut % 2 === 0 ? "before" : "after";
    proxy.judge = cutOnce(when, () => {
      happened[when] += 1;
    });
    const names = Array.from({ length: updatesPerCut }, (_, index) => `cut-${cut}-${index}`);
    // In turn rows of administration and rows of the hot path, which have statements of their own.
    const up = cut % 4 < 2 ? countUp : countUpHot;
    const settled = await Promise.allSettled(names.map((name) => up(store, name)));
    for (const [index, one] of settled.entries()) {
      if (one.status === "fulfilled") acknowledged.push(names[index] ?? "");
      else refused += 1;
    }
  }
  proxy.judge = () => "pass";
  const { count, names } = await counted(direct);
  return {
    cuts: happened.before + happened.after,
    ...happened,
    acknowledged: acknowledged.length,
    refused,
    lost: acknowledged.filter((name) => !names.has(name)).length,
    doubled: count - names.size,
  };
}

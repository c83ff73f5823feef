/** What V8 writes with --cpu-prof, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface Spent {
  readonly name: string;
  readonly us: number;
  /** Of the time in which the process was not idle. */
  readonly share: number;
}

/** The part of the profile that counts, on the monotonic clock: start and warm-up lie before it. */
export interface Slice {
  readonly fromUs: number;
  readonly toUs: number;
}

const idle = "(idle)";

/** Self time, summed by room (`src/engine`, `fastify`, `node:net`) or by function. */
export function spentBy(profile: CpuProfile, slice: Slice, by: "room" | "function"): Spent[] {
  const self = selfTimes(profile, slice);
  const parents = parentsOf(profile);
  const sums = new Map<string, number>();
  for (const node of profile.nodes) {
    const us = self.get(node.id) ?? 0;
    const name = by === "room" ? roomOf(node, parents) : labelOf(node, parents);
    sums.set(name, (sums.get(name) ?? 0) + us);
  }
  return ranked(sums);
}

/** Time below each function of our own source, with everything that it calls; a function counts once on its path. */
export function spentIn(profile: CpuProfile, slice: Slice): Spent[] {
  const self = selfTimes(profile, slice);
  const parents = parentsOf(profile);
  const sums = new Map<string, number>();
  for (const node of profile.nodes) {
    const us = self.get(node.id) ?? 0;
    if (us === 0) continue;
    const seen = new Set<string>();
    for (let at: ProfileNode | undefined = node; at !== undefined; at = parents.get(at.id)) {
      if (at.callFrame.url.includes("/src/") && !at.callFrame.url.includes("/node_modules/")) {
        seen.add(labelOf(at, parents));
      }
    }
    for (const name of seen) sums.set(name, (sums.get(name) ?? 0) + us);
  }
  const idleUs = profile.nodes
    .filter((node) => node.callFrame.functionName === idle)
    .reduce((sum, node) => sum + (self.get(node.id) ?? 0), 0);
  const busy = [...self.values()].reduce((sum, us) => sum + us, 0) - idleUs;
  return ranked(sums, busy);
}

function selfTimes(profile: CpuProfile, { fromUs, toUs }: Slice): Map<number, number> {
  const self = new Map<number, number>();
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[index] ?? 0;
    at += us;
    if (at >= fromUs && at <= toUs) self.set(id, (self.get(id) ?? 0) + us);
  }
  return self;
}

function parentsOf(profile: CpuProfile): Map<number, ProfileNode> {
  const parents = new Map<number, ProfileNode>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node);
  return parents;
}

function roomOf(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): string {
  const { url, functionName } = node.callFrame;
  const packaged = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (packaged !== undefined) return packaged;
  const own = /\/((?:src|bench)\/[^/]+)/.exec(url)?.[1];
  if (own !== undefined) return own;
  if (url.startsWith("node:")) return url.split("/").slice(0, 2).join("/");
  if (functionName.startsWith("(")) return functionName;
  const parent = parents.get(node.id);
  return parent === undefined ? "native" : `native, called by ${roomOf(parent, parents)}`;
}

function labelOf(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): string {
  const { functionName, url, lineNumber } = node.callFrame;
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (name.startsWith("(") && url === "") return name;
  const parent = parents.get(node.id);
  if (url === "") return `native ${name} < ${parent === undefined ? "" : placeOf(parent)}`;
  return `${name} ${placeOf(node)}:${lineNumber + 1}`;
}

function placeOf({ callFrame: { url, functionName } }: ProfileNode): string {
  const place = url.replace(/^.*\/node_modules\//, "").replace(/^file:\/\/.*\/((?:src|bench)\/)/, "$1");
  return place === "" ? functionName : place;
}

function ranked(sums: ReadonlyMap<string, number>, total?: number): Spent[] {
  const busy = total ?? [...sums].reduce((sum, [name, us]) => (name === idle ? sum : sum + us), 0);
  return [...sums]
    .filter(([name, us]) => us > 0 && name !== idle)
    .map(([name, us]) => ({ name, us, share: us / busy }))
    .sort((a, b) => b.us - a.us);
}

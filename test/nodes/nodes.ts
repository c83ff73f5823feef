import { rmSync } from "node:fs";
import { onTestFinished } from "vitest";
import { type Instance, type InstanceOptions, openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { temporaryFolder, testSecret } from "../support/instance.ts";

export type NodeOptions = Omit<InstanceOptions, "folder" | "databaseUrl">;

/** One node of an installation; it closes itself with the test. */
export async function openNode(url: string, options: NodeOptions = {}): Promise<Instance> {
  const folder = temporaryFolder();
  const node = await openInstance({
    folder,
    databaseUrl: new Secret(url),
    secrets: [testSecret],
    ...options,
  });
  onTestFinished(async () => {
    await node.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return node;
}

/** Two that are opened at the same moment, as a deployment does. */
export async function openTwo(
  url: string,
  options: NodeOptions = {},
): Promise<readonly [Instance, Instance]> {
  return await Promise.all([openNode(url, options), openNode(url, options)]);
}

/** Everything the virtual phones of all nodes received: each node has its own. */
export function messagesOn(nodes: readonly Instance[], number: string) {
  return nodes.flatMap((node) => node.sandbox?.phones.messages(number) ?? []);
}

export function codeOn(nodes: readonly Instance[], number: string): string {
  const code = messagesOn(nodes, number)[0]?.code;
  if (code === undefined || code === null) throw new Error("no phone received a code");
  return code;
}

/** The nth of many calls goes to the nth node, round and round. */
export function pick(nodes: readonly Instance[], index: number): Instance {
  const node = nodes[index % nodes.length];
  if (node === undefined) throw new TypeError("there are no nodes");
  return node;
}

export function countOf(outcomes: readonly string[], outcome: string): number {
  return outcomes.filter((one) => one === outcome).length;
}

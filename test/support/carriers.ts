import type { Delivery } from "../../src/verification/index.ts";
import { alice, openTestInstance, type TestInstance } from "./instance.ts";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";

const second = 1_000;

/** An instance with one or two scripted carriers. */
export interface Scene {
  readonly one: TestInstance;
  readonly a: ScriptedProvider;
  readonly b: ScriptedProvider;
}

export async function openScene(providers: 1 | 2 = 2): Promise<Scene> {
  const a = scriptedProvider("a");
  const b = scriptedProvider("b");
  const one = await openTestInstance({ sandbox: false, providers: providers === 1 ? [a] : [a, b] });
  return { one, a, b };
}

/** Starts for alice and lets time pass with the dispatcher running. */
export async function started(one: TestInstance, single = true): Promise<string> {
  one.engine.run();
  const workflow = single ? { workflow: [{ channel: "sms", waitMs: 300 * second }] as const } : {};
  const result = await one.tryStart({ to: alice, ...workflow });
  await one.clock.advance(0);
  return result.verification?.id ?? "";
}

export async function deliveries(one: TestInstance, id: string): Promise<readonly Delivery[]> {
  return await one.store.deliveriesOf(id);
}

/** The status of a verification as its caller sees it. */
export async function statusOf(one: TestInstance, id: string): Promise<string> {
  const found = await one.engine.get({ tenantId: one.tenantId, id });
  return found?.status ?? "none";
}

import type { AddressInfo } from "node:net";
import type { Instance } from "../../src/instance/instance.ts";
import { createApp } from "../../src/server/app.ts";
import { sandboxDoor } from "../../src/server/sandbox.ts";

/** How requests come to an instance: by our own app, or through a framework that it is mounted in. */
export type Door = (instance: Instance) => Promise<{ readonly port: number; close(): Promise<void> }>;

const ownApp: Door = async ({ engine, parts }) => await listening(createApp({ engine, parts }));

const ownAppWithPhones: Door = async (instance) => {
  const { register } = sandboxDoor({ instance, guard: null });
  return await listening(createApp({ engine: instance.engine, parts: instance.parts, register }));
};

async function listening(app: ReturnType<typeof createApp>): ReturnType<Door> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { port, close: () => app.close() };
}

let door = ownApp;
let doors = 1;
let turn = 0;

/** From here on, in this test file, installations are opened behind another door, of which there are several. */
export function openBehind(other: Door, among: { readonly turn: number; readonly doors: number }): void {
  door = other;
  ({ doors, turn } = among);
}

/** How much of a long file is done behind this door: all of it behind our own. */
export const shareOfRequests = (): number => 1 / doors;

/**
 * The rows of a long table that are done behind this door: all of them behind our own, and each behind one of the others.
 * For what an operation does, whoever hands its requests over makes no difference.
 */
export function rowsOfDoor<Row>(rows: readonly Row[]): readonly Row[] {
  return rows.filter((_row, index) => index % doors === turn);
}

export const openDoor: Door = (instance) => door(instance);

/** A door behind which the virtual phones are, too, as they are in every framework. */
export const openDoorWithPhones: Door = (instance) => (door === ownApp ? ownAppWithPhones : door)(instance);

import { expect, test } from "vitest";
import { tempFolder } from "../store/temp-folder.ts";
import { rotationDeaths } from "./rotation-deaths.ts";

// At each commit, on both stores: npm run prove -- rotation.
test("K-4: cut at commits of a rotation, and of a start without the former secret, everything opens after a repeat", async () => {
  const { kills, anomalies } = await rotationDeaths({ folder: tempFolder(), databaseOf: null }, 30);
  expect(anomalies).toEqual([]);
  expect(kills).toBeGreaterThan(4);
});

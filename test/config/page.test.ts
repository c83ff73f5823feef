import { expect, test } from "vitest";
import { explainSettings, settingNames, settingsPage } from "../../src/config/index.ts";

test("docs/settings.md says what the table says (`npx vitest run test/config -u` writes it anew)", async () => {
  await expect(settingsPage()).toMatchFileSnapshot("../../docs/settings.md");
});

test("every setting has a name of its own, a description, what is allowed and a default in words", () => {
  const explained = explainSettings();
  expect(explained.map((one) => one.name)).toEqual(settingNames);
  expect(new Set(explained.map((one) => one.environment)).size).toBe(settingNames.length);
  for (const one of explained) {
    expect(one.description).toMatch(/\.$/);
    expect(one.allowed).not.toBe("");
    expect(one.default).not.toBe("");
  }
});

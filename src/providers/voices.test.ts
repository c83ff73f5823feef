import { expect, test } from "vitest";
import { voiceFor } from "./voices.ts";

const voices = ["cmn-CN", "en-US", "en-GB", "pt-PT", "pt-BR", "nb-NO"];

test.each([
  ["en", "en-US"],
  ["en-GB", "en-GB"],
  ["en-NZ", "en-US"],
  ["pt-BR", "pt-BR"],
  ["pt", "pt-PT"],
  ["zh", "cmn-CN"],
  ["zh-Hant-TW", "cmn-CN"],
  ["no", "nb-NO"],
  ["cy", "en-US"],
])("a text in %s is read by the voice %s", (locale, voice) => {
  expect(voiceFor(locale, voices)).toBe(voice);
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderText } from "../../src/delivery/index.ts";
import { languages, wordsIn } from "../../src/delivery/locales/index.ts";
import { languages as pageLanguages } from "../../src/server/pages/languages/index.ts";

test("whoever reads the pages in a language gets codes in it, too", () => {
  for (const { tag } of pageLanguages) expect(wordsIn(tag)?.language, tag).toBe(tag);
});

const path = "../../docs/guides/texts.md";
const begin = "<!-- locales -->\n";
const end = "<!-- /locales -->";

test("docs/guides/texts.md lists what we have words in (`npx vitest run test/docs/locales -u` writes it anew)", async () => {
  const page = readFileSync(new URL(path, import.meta.url), "utf8");
  const before = page.slice(0, page.indexOf(begin) + begin.length);
  const after = page.slice(page.indexOf(end));
  expect([before.length, after.length].every((length) => length > end.length)).toBe(true);
  await expect(`${before}${table()}${after}`).toMatchFileSnapshot(path);
});

function table(): string {
  const names = new Intl.DisplayNames("en", { type: "language" });
  const rows = languages.flatMap((texts) =>
    texts.locales.map((locale) => {
      const { text, segments } = renderText({
        channel: "sms",
        code: "123456",
        brand: "Acme",
        payment: null,
        minutes: 5,
        locale,
      });
      // The marks of direction would turn the table around.
      const shown = text.replaceAll(/[\u2066-\u2069]/g, "");
      const reviewed = texts.reviewedByASpeaker ? "yes" : "no";
      return {
        name: names.of(texts.language) ?? texts.language,
        locale,
        encoding: segments.encoding,
        reviewed,
        shown,
      };
    }),
  );
  const lines = rows
    .toSorted((a, b) => (a.locale < b.locale ? -1 : 1))
    .map((row) => `| \`${row.locale}\` | ${row.name} | ${row.encoding} | ${row.reviewed} | ${row.shown} |`);
  return [
    "| locale | language | alphabet | reviewed by a speaker | for example |",
    "|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

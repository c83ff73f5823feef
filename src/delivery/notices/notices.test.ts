import { describe, expect, test } from "vitest";
import { languages as pageLanguages } from "../../server/pages/languages/index.ts";
import { noticeText, resetText } from "../notice-texts.ts";
import { countSegments } from "../segments.ts";
import { placeholdersOf } from "../text-template.ts";
import { type NoticeLanguage, noticeLanguages } from "./index.ts";

/** As long as they are: what it holds has 68 characters. */
const link = `https://verify.example.com/account/not-me?notice=csn_${"Ab3_".repeat(16)}`;
const brand = "Acme Energy";
const { language, direction, encoding, reviewedByASpeaker, ...english } = noticeLanguages.find(
  (one) => one.language === "en",
) as NoticeLanguage;
const remedies = ["notYou", "notYouTell", "reset", "resetSubject"];
const kinds = Object.keys(english).filter((name) => !remedies.includes(name)) as Parameters<
  typeof noticeText
>[0][];
const visible = (text: string): string => text.replaceAll(/[\u2066-\u2069]/g, "");

test("everybody whom the pages speak to is told of changes in their language", () => {
  expect(noticeLanguages.map((one) => one.language)).toEqual(pageLanguages.map(({ tag }) => tag).toSorted());
});

test("nobody who speaks the language has read any of them yet, and nothing says otherwise", () => {
  expect(noticeLanguages.filter((one) => one.reviewedByASpeaker)).toEqual([]);
});

describe.each(noticeLanguages.map((one) => [one.language, one] as const))("%s", (locale, words) => {
  test("has the placeholders it must have, and no other", () => {
    for (const kind of kinds) expect(placeholdersOf(words[kind]), kind).toEqual(["brand"]);
    expect(placeholdersOf(words.notYou)).toEqual(["link"]);
    expect(placeholdersOf(words.notYouTell)).toEqual(["brand"]);
    expect(placeholdersOf(words.reset).toSorted()).toEqual(["brand", "link", "minutes"]);
    expect(placeholdersOf(words.resetSubject)).toEqual(["brand"]);
  });

  test("says something of its own for each change", () => {
    const said = [...kinds, "notYou", "notYouTell", "reset"].map(
      (name) => words[name as (typeof kinds)[number]],
    );
    expect(new Set(said).size).toBe(said.length);
    for (const one of said) {
      expect(one).toBe(one.normalize("NFC"));
      expect(one).not.toMatch(/ {2}|\s$|undefined/);
    }
  });

  // An SMS of GSM-7 takes 153 characters a segment, one of UCS-2 67, and the link alone has 117.
  const segmentsMax = words.encoding === "gsm7" ? 2 : 4;
  test(`O-6: takes at most ${segmentsMax} segments of ${words.encoding}, the link included`, () => {
    const texts = [
      ...kinds.map((kind) => noticeText(kind, { locale, brand, link })),
      resetText({ locale, brand, link: link.replace("not-me?notice", "reset?reset"), minutes: 60 }),
    ];
    const counted = texts.map(({ text }) => countSegments(text));
    expect(Math.max(...counted.map(({ count }) => count))).toBeLessThanOrEqual(segmentsMax);
    if (words.encoding === "gsm7") {
      expect(texts.filter((_, at) => counted[at]?.encoding !== "gsm7").map(({ text }) => text)).toEqual([]);
    } else expect(counted.some((one) => one.encoding === "ucs2")).toBe(true);
  });

  test("keeps the link whole, at its end, where nothing turns it around or becomes a part of it", () => {
    const { text } = noticeText("phoneAdded", { locale, brand, link });
    expect(text.endsWith(link)).toBe(true);
    expect(text.at(-link.length - 1)).toBe(words.direction === "rtl" ? "\n" : " ");
    expect(resetText({ locale, brand, link, minutes: 60 }).text.endsWith(link)).toBe(true);
    const told = noticeText("phoneAdded", { locale, brand, link: null }).text;
    expect(told).not.toContain("http");
    expect(told.split(brand)).toHaveLength(3);
  });

  test("is written in its direction, and names in another one stand by themselves", () => {
    const isRightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(words.phoneAdded);
    expect(isRightToLeft).toBe(words.direction === "rtl");
    const { text } = noticeText("phoneAdded", { locale, brand, link });
    expect(text.includes(`\u2068${brand}\u2069`)).toBe(isRightToLeft);
  });

  test("has a subject of one line, with the brand and without link and full stop", () => {
    const texts = [
      ...kinds.map((kind) => noticeText(kind, { locale, brand, link })),
      resetText({ locale, brand, link, minutes: 60 }),
    ];
    for (const { subject } of texts) {
      expect(visible(subject)).toMatch(/^Acme Energy[:：]/u);
      expect(subject).not.toMatch(/[\n{}]|https|[.。।]$/u);
      expect(subject.length).toBeLessThanOrEqual(120);
    }
  });
});

test.each([
  ["de-AT", "hinzugefügt"],
  ["pt-PT", "adicionado"],
  ["zh-Hant-TW", "添加"],
  ["sv-SE", "was added"],
  ["xx", "was added"],
])("%s gets the nearest words there are", (locale, says) => {
  expect(noticeText("phoneAdded", { locale, brand, link }).text).toContain(says);
});

import { expect, test } from "vitest";
import { conversationOf, phoneLines } from "../../src/phones/conversation.ts";
import { phonesContent } from "../../src/phones/views.ts";
import { openTestInstance } from "../support/instance.ts";

const to = "ada@example.com";

async function pageWith(messages: readonly { readonly subject?: string; readonly text: string }[]) {
  const one = await openTestInstance();
  if (one.sandbox === null) throw new TypeError("no phones");
  const { phones } = one.sandbox;
  for (const message of messages) {
    phones.receive(to, { channel: "email", from: "Acme", code: null, ...message });
  }
  const open = { number: to, entries: conversationOf(phones, to), fault: null, canReply: false };
  const lines = phoneLines(phones, 10);
  return {
    lines,
    page: phonesContent({ lines, moreLines: 0, open, now: one.clock.now(), lastEventId: "0" }),
  };
}

test("an e-mail shows its subject, and its link is one that a click follows", async () => {
  const link = "https://id.example.com/account/not-me?notice=csn_a-b_c&x=1";
  const { page, lines } = await pageWith([
    { subject: "Acme: a phone was added", text: `Acme: a phone was added. Not you? ${link}` },
  ]);
  expect(page).toContain('<p class="subject" dir="auto">Acme: a phone was added</p>');
  const shown = page.replaceAll("&#38;", "&").replaceAll("&#61;", "=");
  expect(shown).toContain(`<a href="${link}" target="_blank" rel="noopener noreferrer">${link}</a></p>`);
  expect(page.match(/<a href="https?:/g)).toHaveLength(1);
  expect(page).not.toMatch(/prefetch|preload|<img|<iframe/);
  expect(page).toContain("E-mail from Acme");
  expect(lines[0]?.preview).toBe("Acme: a phone was added");
});

test("nothing in subject, text or link becomes markup, and no other scheme a link", async () => {
  const { page } = await pageWith([
    {
      subject: "<b onclick=x>",
      text: '<script>1</script> https://x.example/"onmouseover=1 javascript:alert(1)',
    },
    { text: "See https://a.example/x. And (http://b.example/y)!\ndata:text/html,x" },
  ]);
  expect(page).not.toMatch(/<script|<b onclick|href="(javascript|data):/);
  const links = [...page.matchAll(/<a href="(http[^"]*)"/g)].map(([, href]) => href);
  expect(links).toEqual(["https://x.example/", "https://a.example/x", "http://b.example/y"]);
});

test("a code by e-mail arrives with the words of its subject, which do not hold it", async () => {
  const one = await openTestInstance();
  await one.start({ to });
  const [mail] = one.sandbox?.phones.messages(to) ?? [];
  expect(mail).toMatchObject({ channel: "email", subject: "Your Countersign code" });
  expect(mail?.subject).not.toContain(mail?.code ?? "none");
  expect(mail?.text).toContain(mail?.code ?? "none");
});

import type { OutgoingMessage } from "../../delivery/index.ts";
import type { SmtpLibrary } from "./library.ts";
import type { SmtpSettings } from "./settings.ts";

/** By it, a mailbox knows a message that came twice; it is the same for every try of one delivery. */
export function messageIdOf({ from }: Pick<SmtpSettings, "from">, reference: string): string {
  return `${reference}@${from.slice(from.lastIndexOf("@") + 1)}`;
}

/** The message as it travels (RFC 5322): text alone, in UTF-8, and no address but those two. */
export async function composeMail(
  { MailComposer }: Pick<SmtpLibrary, "MailComposer">,
  settings: Pick<SmtpSettings, "from">,
  message: OutgoingMessage,
  now: number,
): Promise<Uint8Array> {
  const { to, text, subject, brand, locale, reference } = message;
  const mail = {
    from: { name: oneLine(brand), address: settings.from },
    to: { name: "", address: to },
    subject: oneLine(subject ?? brand),
    messageId: `<${messageIdOf(settings, reference)}>`,
    date: new Date(now),
    headers: {
      // No out-of-office notice shall answer it: RFC 3834, and for those who read only their own header.
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "Content-Language": oneLine(locale),
    },
    text,
    // Whatever stands between may break long lines, but not these.
    textEncoding: "quoted-printable",
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return await new MailComposer(mail).compile().build();
}

/** What came this far has no line end in it; what should have one nevertheless begins no header. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ").trim();
}

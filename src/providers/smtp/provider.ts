import { Readable } from "node:stream";
import type { Clock } from "../../clock/index.ts";
import type { OutgoingMessage, Provider } from "../../delivery/index.ts";
import type { ProviderAnswer } from "../../verification/index.ts";
import { notSent } from "../answers.ts";
import { answerToFailure, mayBeOfTheLine, type Stage } from "./answers.ts";
import { beforeTextMs, createLines, type Line, type Lines, Waited } from "./connections.ts";
import { requireSmtpLibrary, type SmtpLibrary } from "./library.ts";
import { composeMail, messageIdOf } from "./mail.ts";
import type { SmtpSettings } from "./settings.ts";

export interface SmtpParts {
  readonly clock: Clock;
  /** For tests: the one certificate to trust, instead of those that Node does. */
  readonly trusted?: string;
}

/** E-mail over SMTP (RFC 5321), by a server that takes it for anybody. It is told of no bounce: those go to people. */
export function createSmtpProvider(settings: SmtpSettings, { clock, trusted }: SmtpParts): Provider {
  let opened: { readonly library: SmtpLibrary; readonly lines: Lines } | null = null;
  let isClosed = false;
  const open = async (): Promise<NonNullable<typeof opened>> => {
    const library = await requireSmtpLibrary();
    opened ??= {
      library,
      lines: createLines(library, { settings, clock, ...(trusted === undefined ? {} : { trusted }) }),
    };
    if (isClosed) opened.lines.close();
    return opened;
  };
  return {
    id: "smtp",
    channels: ["email"],
    capabilities: {
      // What comes twice has one Message-ID, and most mailboxes show it once; no server promises that.
      idempotencyKey: false,
      clientReference: true,
      lookupByReference: false,
      lookupByRecipientAndTime: false,
      receipts: false,
      managedCode: false,
      keyPress: false,
    },
    async send(message, signal) {
      const { library, lines } = await open();
      const mail = await composeMail(library, settings, message, clock.now());
      const answer = await sendOver(lines, { clock, signal, from: settings.envelopeFrom, message, mail });
      return answer ?? { type: "accepted", providerMessageId: messageIdOf(settings, message.reference) };
    },
    close() {
      isClosed = true;
      opened?.lines.close();
    },
  };
}

interface Sending {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly from: string;
  readonly message: OutgoingMessage;
  readonly mail: Uint8Array;
}

/** Whoever gave up on us is not told more than it can know. */
const unanswered: ProviderAnswer = { type: "unknown", detail: "no answer in time" };

/** Null where the server took it. */
async function sendOver(lines: Lines, sending: Sending): Promise<ProviderAnswer | null> {
  const { clock, signal } = sending;
  const early = new AbortController();
  const endWait = clock.after(beforeTextMs, () => early.abort("out of time"));
  const inTime = AbortSignal.any([signal, early.signal]);
  let stage: Stage = "before";
  const begin = (): void => {
    stage = "begun";
    endWait();
  };
  try {
    for (let isFresh = false; ; isFresh = true) {
      const line = await lines.take(inTime, isFresh);
      if (inTime.aborted) {
        lines.give(line, true);
        throw new Waited();
      }
      const wasUsed = line.uses > 0;
      const failed = await sendOn(lines, line, sending, inTime, begin);
      if (failed === null) return null;
      if (stage === "before" && wasUsed && mayBeOfTheLine(failed.cause) && !inTime.aborted) continue;
      return signal.aborted ? unanswered : answerToFailure(failed.cause, stage);
    }
  } catch (cause) {
    if (signal.aborted) return unanswered;
    return cause instanceof Waited ? notSent("not_sent_in_time") : answerToFailure(cause, stage);
  } finally {
    endWait();
  }
}

/** One message on one connection; null, or what went wrong. */
function sendOn(
  lines: Lines,
  line: Line,
  { signal, from, message, mail }: Sending,
  inTime: AbortSignal,
  begin: () => void,
): Promise<{ readonly cause: unknown } | null> {
  return new Promise((resolve) => {
    let isOver = false;
    const over = (cause: unknown): void => {
      if (isOver) return;
      isOver = true;
      for (const one of [signal, inTime]) one.removeEventListener("abort", giveUp);
      lines.give(line, cause === null);
      resolve(cause === null ? null : { cause });
    };
    const giveUp = (): void => {
      line.connection.close();
      over(new Error("out of time"));
    };
    const text = readable(mail, () => {
      // From here on the whole time of the call is there for it.
      inTime.removeEventListener("abort", giveUp);
      begin();
    });
    inTime.addEventListener("abort", giveUp, { once: true });
    signal.addEventListener("abort", giveUp, { once: true });
    line.connection.send({ from, to: [message.to] }, text, (failed) => over(failed ?? null));
  });
}

/** Tells when it is first read: that is when the server wants the text. */
function readable(bytes: Uint8Array, begin: () => void): Readable {
  return new Readable({
    read() {
      begin();
      this.push(bytes);
      this.push(null);
    },
  });
}

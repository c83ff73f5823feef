/** What a person told a sender of ours to do, by a text that says nothing else. */
export type InboundWord = "stop" | "start" | "help";

/** The words that carriers know everywhere; those of other languages as carriers there know them. */
const words: Readonly<Record<InboundWord, readonly string[]>> = {
  stop: "STOP STOPALL STOPP UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT OPT-OUT ARRET ARRÊT".split(" "),
  start: "START UNSTOP OPTIN OPT-IN".split(" "),
  help: "HELP INFO AIDE HILFE".split(" "),
};

const kinds = Object.keys(words) as readonly InboundWord[];

/** The word that a text is, whatever its case and what stands around it; null for every other text. */
export function inboundWordOf(text: string): InboundWord | null {
  const word = text
    .normalize("NFC")
    .toUpperCase()
    .replace(/^[\s"'“„«.!]+|[\s"'”“».!]+$/gu, "")
    .replace(/^OPT (OUT|IN)$/, "OPT$1");
  return kinds.find((kind) => words[kind].includes(word)) ?? null;
}

/** A number that answered to a sender of ours, and the senders that it wants no texts from. */
export interface OptOut {
  /** Blind index of the number, over all tenants: the senders are the installation's, not a tenant's. */
  readonly id: string;
  /** Empty once it asked for texts again. */
  readonly stopped: readonly StoppedSender[];
  /** The carriers' ids of what was heard last: they say it again where our answer was lost. */
  readonly heard: readonly string[];
  readonly updatedAt: number;
}

/** A sender of ours that heard STOP. */
export interface StoppedSender {
  readonly sender: string;
  readonly carrier: string;
  readonly at: number;
}

/** What came in. */
export interface InboundRequest {
  readonly id: string;
  readonly word: InboundWord;
  /** The number of ours that it was sent to. */
  readonly sender: string;
  readonly carrier: string;
}

const heardMax = 10;
const stoppedMax = 10;

/**
 * The number's row after a text of it; null where nothing changes. START to any sender of ours opens all of them: the
 * person wants to hear from us, and does not know how many senders we have.
 */
export function afterInbound(
  current: OptOut | undefined,
  id: string,
  { id: heardId, word, sender, carrier }: InboundRequest,
  now: number,
): OptOut | null {
  if (word === "help" || current?.heard.includes(heardId) === true) return null;
  const before = current?.stopped ?? [];
  if (word === "start" && before.length === 0) return null;
  const others = before.filter((one) => one.sender !== sender);
  const stopped = word === "start" ? [] : [...others, { sender, carrier, at: now }].slice(-stoppedMax);
  return { id, stopped, heard: [...(current?.heard ?? []), heardId].slice(-heardMax), updatedAt: now };
}

/**
 * Whether a number wants no texts. Not by sender: whoever answers STOP to one of ours would else get the next text from
 * another one, which is no answer (C-44).
 */
export function isOptedOut(row: OptOut | undefined): boolean {
  return row !== undefined && row.stopped.length > 0;
}

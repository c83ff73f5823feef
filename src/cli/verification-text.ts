import type { ArrivedMessage } from "./phone.ts";
import { fields, printable } from "./terminal.ts";

/** The part of a verification that commands read. */
export interface VerificationAnswer {
  readonly id: string;
  readonly status: string;
  readonly to: string;
  readonly channel: string;
  readonly step: number;
  readonly steps: number;
  readonly checksLeft: number;
  readonly sends: number;
  readonly createdAt: string;
  readonly codeExpiresAt: string | null;
  readonly nextStepAt: string | null;
  readonly endsAt: string;
  readonly settledAt: string | null;
  readonly deliveries?: readonly DeliveryAnswer[];
}

interface DeliveryAnswer {
  readonly channel: string;
  readonly provider: string | null;
  readonly state: string;
  readonly createdAt: string;
}

const channelWords: Readonly<Record<string, string>> = { sms: "text", voice: "call", email: "e-mail" };

/** What a person calls a message on this channel. */
export function channelWord(channel: string): string {
  return channelWords[channel] ?? printable(channel);
}

/** A message as it arrived on a virtual phone. */
export function messageText({ channel, from, text, receivedAt }: ArrivedMessage): string {
  const time = receivedAt.slice(11, 19);
  return `[${time}] ${channelWord(channel)} from ${printable(from)}: ${printable(text)}`;
}

/** Everything about a verification, for people. */
export function verificationText(one: VerificationAnswer): string {
  const rows: [string, unknown][] = [
    ["id", one.id],
    ["status", one.status],
    ["to", one.to],
    ["channel", `${one.channel} (step ${one.step + 1} of ${one.steps})`],
    ["checks left", one.checksLeft],
    ["messages sent", one.sends],
    ["started", one.createdAt],
  ];
  if (one.status === "pending") {
    rows.push(["code works until", one.codeExpiresAt], ["next step", one.nextStepAt], ["ends", one.endsAt]);
  } else rows.push(["settled", one.settledAt]);
  for (const [index, delivery] of (one.deliveries ?? []).entries()) {
    const provider = delivery.provider === null ? "" : ` by ${delivery.provider}`;
    rows.push([
      `delivery ${index + 1}`,
      `${delivery.channel}${provider}: ${delivery.state}, ${delivery.createdAt}`,
    ]);
  }
  return fields(rows);
}

export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

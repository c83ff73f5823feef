import type { OutgoingMessage } from "../../delivery/index.ts";
import { callSecondsMax, ringingSeconds } from "../call-times.ts";
import { parseJson, textAt } from "../reading.ts";
import { voiceFor } from "../voices.ts";
import type { TelnyxSettings } from "./settings.ts";

type Calls = NonNullable<TelnyxSettings["calls"]>;

/** What `speak` reads with the vendor's standard voice. */
const voices = [
  ..."arb cmn-CN cy-GB da-DK de-DE en-US en-AU en-GB en-IN es-ES es-MX es-US fr-FR fr-CA hi-IN is-IS".split(
    " ",
  ),
  ..."it-IT ja-JP ko-KR nb-NO nl-NL pl-PL pt-PT pt-BR ro-RO ru-RU sv-SE tr-TR".split(" "),
];

/** The body of `POST /v2/calls`. What is to be said comes back with each event, so that any node can say it. */
export function dialBody(
  { connectionId, from }: Calls,
  { to, text, locale, reference }: OutgoingMessage,
  webhookUrl: string,
): Readonly<Record<string, string | number>> {
  return {
    connection_id: connectionId,
    to,
    from,
    webhook_url: webhookUrl,
    webhook_url_method: "POST",
    client_state: Buffer.from(JSON.stringify({ text, locale }), "utf8").toString("base64"),
    command_id: reference,
    timeout_secs: ringingSeconds,
    time_limit_secs: callSecondsMax,
  };
}

/** The body of the action `speak`; null where the call is none of ours. The same command is obeyed once. */
export function speakBody(
  { voice }: Calls,
  clientState: string | null,
  eventId: string,
): Readonly<Record<string, string>> | null {
  const state = parseJson(Buffer.from(clientState ?? "", "base64").toString("utf8"));
  const [text, locale] = [textAt(state, "text"), textAt(state, "locale")];
  if (text === null || locale === null) return null;
  const standard = { voice: "female", language: voiceFor(locale === "ar" ? "arb" : locale, voices) };
  return {
    payload: text,
    payload_type: "text",
    ...(voice === null ? standard : { voice }),
    command_id: eventId,
  };
}

import { type CallbackReading, nothingToRead, oneReceipt } from "../../delivery/index.ts";
import type { ReceiptStatus } from "../../verification/index.ts";
import { textAt } from "../reading.ts";
import type { TelnyxSettings } from "./settings.ts";
import { speakBody } from "./voice.ts";

/** What is done to a call that goes on; resolves to whether the vendor took the command. */
export interface CallActions {
  act(callControlId: string, action: "speak" | "hangup", body: unknown): Promise<boolean>;
}

/** Why a call ended that nobody listened to. A call that was answered ends with `normal_clearing`. */
const failures: ReadonlySet<string> = new Set([
  "call_rejected",
  "no_answer",
  "not_found",
  "originator_cancel",
  "timeout",
  "unspecified",
  "user_busy",
]);

/** The events of a call, and what each asks for: somebody answered, so the text is said; it was said, so we hang up. */
export async function readCallEvent(
  event: unknown,
  reference: string | null,
  calls: TelnyxSettings["calls"],
  { act }: CallActions,
): Promise<CallbackReading> {
  const id = textAt(event, "data", "payload", "call_control_id");
  const payload = (name: string): string | null => textAt(event, "data", "payload", name);
  const eventId = textAt(event, "data", "id") ?? "";
  if (id === null || calls === null) return nothingToRead;
  const receipt = (status: ReceiptStatus): CallbackReading =>
    oneReceipt({ reference, providerMessageId: id, status });
  switch (textAt(event, "data", "event_type")) {
    case "call.initiated":
      return receipt("sent");
    case "call.answered": {
      const body = speakBody(calls, payload("client_state"), eventId);
      if (body === null) return nothingToRead;
      if ((await act(id, "speak", body)) || (await act(id, "speak", body))) return nothingToRead;
      await act(id, "hangup", { command_id: `${eventId}.hangup` });
      return receipt("failed");
    }
    case "call.speak.ended":
      // Who hangs up in the middle has perhaps heard enough, and perhaps nothing.
      if (payload("status") !== "completed") return nothingToRead;
      await act(id, "hangup", { command_id: `${eventId}.hangup` });
      return receipt("delivered");
    case "call.hangup":
      return failures.has(payload("hangup_cause") ?? "") ? receipt("failed") : nothingToRead;
    default:
      return nothingToRead;
  }
}

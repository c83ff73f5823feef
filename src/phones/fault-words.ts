import type { SandboxFault } from "../providers/sandbox/index.ts";

/** What the page calls a fault, and what the carrier then does. */
export const faultWords: Readonly<Record<SandboxFault["type"], readonly [name: string, effect: string]>> = {
  refuse: ["Refuse", "The carrier refuses the message for good."],
  notSent: ["Unreachable", "The carrier cannot be reached; the message is tried again."],
  acceptAndLose: ["Lose", "The carrier accepts the message and never delivers it."],
  timeoutAfterAccept: ["Deliver, no answer", "The message arrives, but the carrier never answers."],
  timeoutBeforeAccept: ["No answer", "The carrier neither takes the message nor answers."],
  delay: ["Delay", "The message arrives after 10 seconds."],
  duplicate: ["Deliver twice", "The message arrives twice."],
  lateReceipt: ["Late receipt", "The message arrives and is reported as delivered after 10 seconds."],
  failedReceipt: ["Failed receipt", "The carrier accepts the message and reports later that it failed."],
};

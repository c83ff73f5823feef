/** How a code travels. One word a way; a workflow is an ordered list of them. */
export type Channel = "sms" | "voice" | "email";

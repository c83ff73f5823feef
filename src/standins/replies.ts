import type { Standin, StandinParts } from "./parts.ts";

/**
 * What somebody writes on a virtual phone goes to the stand-ins, and whose number it is for posts it to the program
 * under development. Ends when what it returns is called.
 */
export function takesReplies(
  { phones }: Pick<StandinParts, "phones">,
  standins: readonly Standin[],
): () => void {
  return phones.feed.subscribe(({ event }) => {
    if (event.type !== "reply" || event.reply.to === null) return;
    const { to, text } = event.reply;
    // What a post could not deliver is its own business: see `post`.
    for (const one of standins) void one.reply(event.number, to, text).catch(() => {});
  });
}

import { uuidPattern } from "../../../clock/index.ts";
import type { Fields } from "../../pages/flow.ts";
import type { ApiAnswer } from "../calls.ts";
import type { Inside, Led } from "../gate.ts";
import { noted } from "../state.ts";
import { afterCall, ask, idIn, onceIn, peoplePath } from "./page.ts";

/** Back to their page; whom somebody else removed meanwhile, or the same form sent twice, has none. */
function afterAct(inside: Inside, answer: ApiAnswer, good: string, id: string): Led {
  if (answer.body?.code !== "subscriber_not_found")
    return afterCall(inside, answer, good, `${peoplePath}/${id}`);
  return {
    state: noted(inside.state, "There is nobody of this id, or not any more: nothing was done."),
    to: peoplePath,
  };
}

/** Sends somebody a link that lets them begin anew: it is in no answer, so that whoever sends it cannot use it (P-7). */
export async function resetPerson(inside: Inside, fields: Fields, given: unknown): Promise<Led> {
  const id = idIn(given);
  const { authenticator = "" } = fields;
  const body = uuidPattern.test(authenticator) ? { authenticatorId: authenticator } : {};
  const once = onceIn(inside, fields);
  const answer = await ask(inside, "POST", `/subscribers/${id}/reset`, { body, once });
  const { channel, sentTo, endsAt } = answer.isDone ? answer.body : {};
  const way = channel === "email" ? "by e-mail" : "by text";
  const until = String(endsAt).slice(0, 19).replace("T", " ");
  return afterAct(
    inside,
    answer,
    `A link is on its way ${way} to ${sentTo ?? "an address of theirs"}, good once, until ${until} UTC. All their other addresses are told.`,
    id,
  );
}

/** Ends all sessions of somebody. */
export async function signOutPerson(inside: Inside, given: unknown): Promise<Led> {
  const id = idIn(given);
  const answer = await ask(inside, "DELETE", `/subscribers/${id}/sessions`);
  return afterAct(inside, answer, "They are signed out everywhere.", id);
}

/** Removes somebody with all they have, and with what was sent to them where that is asked for. */
export async function removePerson(inside: Inside, fields: Fields, given: unknown): Promise<Led> {
  const id = idIn(given);
  const { state } = inside;
  if (fields["sure"] !== "on") {
    return {
      state: noted(state, "Nobody was removed: tick that you know that it cannot be taken back."),
      to: `${peoplePath}/${id}`,
    };
  }
  const isErasing = fields["erase"] === "on";
  const answer = await ask(inside, "DELETE", `/subscribers/${id}${isErasing ? "?erase=true" : ""}`);
  const good = isErasing
    ? "They are removed, and what was sent to them is erased. Backups still hold it."
    : "They are removed. What was sent to their numbers and addresses stays until its time is over.";
  if (answer.isDone) return afterCall(inside, answer, good, peoplePath);
  return afterAct(inside, answer, good, id);
}

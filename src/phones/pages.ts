import formBody from "@fastify/formbody";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import { parsePhoneNumber } from "../numbers/index.ts";
import { type SandboxFault, type SandboxFaults, sandboxFaultTypes } from "../providers/sandbox/index.ts";
import { Type } from "../schemas/index.ts";
import { conversationOf, phoneLines, readable } from "./conversation.ts";
import { canonical, NumberParams, replyCharactersMax, type SandboxParts } from "./routes.ts";
import { type OpenPhone, phonePath, phonesContent } from "./views.ts";

export interface PhonePagesParts extends SandboxParts {
  readonly now: () => number;
  /** Puts what stands around every page of ours around this one, and its headers on the answer. */
  readonly frame: (reply: FastifyReply, title: string, content: string) => string;
}

const linesMax = 100;

const AllForm = Type.Object({ act: Type.Literal("clearAll") }, { additionalProperties: false });

/** Browsers leave out the name of a button that was not pressed, and programs have the API. */
const PhoneForm = Type.Object(
  {
    act: Type.Optional(Type.Enum(["answer", "decline", "reply", "clear", "repair"] as const)),
    call: Type.Optional(Type.String({ maxLength: 20 })),
    text: Type.Optional(Type.String({ maxLength: replyCharactersMax })),
    fault: Type.Optional(Type.Enum([...sandboxFaultTypes])),
    once: Type.Optional(Type.Literal("yes")),
    prefix: Type.Optional(Type.String({ maxLength: 16 })),
  },
  { additionalProperties: false },
);

/** The virtual phones for people. Every button is a form, so that all of it works without JavaScript. */
export function phonePages(parts: PhonePagesParts): FastifyPluginAsyncTypebox {
  const { phones, faults } = parts;
  return async (app) => {
    await app.register(formBody, { bodyLimit: 16_384 });
    app.get("/", async (request, reply) => {
      const { number } = request.query as { readonly number?: unknown };
      if (typeof number !== "string") return show(parts, reply, null);
      return reply.redirect(phonePath(canonical({ number: number.slice(0, 64) })), 303);
    });
    app.get("/phones/:number", { schema: { params: NumberParams } }, async (request, reply) => {
      const number = canonical(request.params);
      if (!isPhone(number) && phones.messages(number).length === 0) {
        throw parts.problem(
          "not_found",
          "This is no phone number: write it in international form, with + in front.",
        );
      }
      return show(parts, reply, number);
    });
    app.post("/", { schema: { body: AllForm } }, async (_request, reply) => {
      phones.clear();
      return reply.redirect("/sandbox", 303);
    });
    app.post("/phones/:number", { schema: { params: NumberParams, body: PhoneForm } }, (request, reply) => {
      const number = canonical(request.params);
      const { act, call = "", text = "", fault, once, prefix = "" } = request.body;
      if (fault !== undefined) setFault(parts, number, fault, once === "yes");
      else if (act === "answer" || act === "decline") phones.take(number, call, act);
      else if (act === "reply" && text.trim() !== "" && isPhone(number)) phones.reply(number, text);
      else if (act === "clear") phones.clear(number);
      else if (act === "repair") {
        faults.clear(prefix);
        phones.feed.publish({ type: "faults" });
      }
      return reply.redirect(phonePath(number), 303);
    });
  };
}

function setFault(
  { phones, faults }: SandboxParts,
  prefix: string,
  type: SandboxFault["type"],
  once: boolean,
) {
  faults.set({ prefix, type, ...(once ? { times: 1 } : {}) });
  phones.feed.publish({ type: "faults" });
}

function show(parts: PhonePagesParts, reply: FastifyReply, number: string | null): FastifyReply {
  const { phones, faults } = parts;
  const lines = phoneLines(phones, linesMax);
  const content = phonesContent({
    lines,
    moreLines: phones.list().length - lines.length,
    open: number === null ? null : openPhone(parts, number, faults),
    now: parts.now(),
    lastEventId: phones.feed.lastId(),
  });
  const title = number === null ? "Virtual phones" : `${readable(number)} · Virtual phones`;
  return reply.type("text/html; charset=utf-8").send(parts.frame(reply, title, content));
}

function openPhone({ phones }: SandboxParts, number: string, faults: SandboxFaults): OpenPhone {
  const matching = faults.list().filter(({ prefix }) => number.startsWith(prefix));
  // The longest prefix counts, as for the carrier.
  const [fault = null] = matching.sort((one, other) => other.prefix.length - one.prefix.length);
  return { number, entries: conversationOf(phones, number), fault, canReply: isPhone(number) };
}

function isPhone(number: string): boolean {
  return parsePhoneNumber(number).type === "parsed";
}

import type { FastifyReply } from "fastify";
import type { VonageError } from "./errors.ts";

export type Format = "json" | "xml";

/** What an answer is made of; lists become elements of their own in XML. */
export interface Answer {
  readonly [name: string]: string | readonly Answer[];
}

/** The root of each call in XML, and what its lists hold. */
export type Root = "verify_response" | "verify_request" | "response";

const items: Readonly<Record<string, string>> = {
  checks: "check",
  events: "event",
  verification_requests: "verify_request",
};

/** Always 200 and of exactly this type: the vendor's clients read nothing else (traps 1, 2 and 4 of its contract). */
export function send(reply: FastifyReply, format: Format, root: Root, answer: Answer): FastifyReply {
  reply.code(200).serializer(String);
  if (format === "json") return reply.type("application/json").send(JSON.stringify(answer));
  const head = "<?xml version='1.0' encoding='UTF-8' ?>";
  return reply.type("application/xml; charset=utf-8").send(`${head}${element(root, answer)}`);
}

export function errorAnswer(error: VonageError): Answer {
  return { ...error.fields, status: error.status, error_text: error.text };
}

function element(name: string, value: string | readonly Answer[] | Answer): string {
  if (typeof value === "string") return `<${name}>${escaped(value)}</${name}>`;
  const inner = Array.isArray(value)
    ? value.map((one) => element(items[name] ?? "item", one as Answer))
    : Object.entries(value).map(([part, one]) => element(part, one));
  return `<${name}>${inner.join("")}</${name}>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** A caller's own words come back in some errors; what XML cannot hold is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (one) => entities[one] ?? "");
}

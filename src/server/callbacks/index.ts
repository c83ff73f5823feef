import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../../clock/index.ts";
import {
  type CallbackAddresses,
  type CallbackReading,
  type CallbackRefusal,
  type CarrierReceipt,
  type InboundMessage,
  type Provider,
  providerTimeoutMs,
} from "../../delivery/index.ts";
import type { Meter } from "../../engine/index.ts";
import { Problem } from "../problems.ts";

/** Where carriers report, and what becomes of it. */
export interface CallbackParts {
  readonly clock: Clock;
  readonly providers: readonly Provider[];
  readonly addresses: CallbackAddresses;
  /** What carriers were told to call; null where nobody outside reaches us. */
  readonly publicUrl: string | null;
  readonly meter: Meter;
  /** Durable when it resolves; the carrier repeats what rejects. */
  receipt(provider: string, receipt: CarrierReceipt): Promise<void>;
  inbound(provider: string, message: InboundMessage): Promise<void>;
}

interface Params {
  readonly provider: string;
  readonly address?: string;
}

const details: Readonly<Record<CallbackRefusal, string>> = {
  signature_wrong: "The signature is wrong.",
  signature_stale: "The signature is too old, or from the future.",
  unreadable: "The body cannot be read.",
};

/** `/callbacks/{provider}` for a whole account and `/callbacks/{provider}/{address}` for one delivery (W-10). */
export function callbackRoutes(parts: CallbackParts): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    // Signatures cover bytes: nothing may read the body before them.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    for (const url of ["/callbacks/:provider", "/callbacks/:provider/:address"]) {
      scope.route({
        method: ["GET", "POST"],
        url,
        handler: (request, reply) => take(parts, request, reply),
      });
    }
  };
}

async function take(
  parts: CallbackParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { provider: id, address } = request.params as Params;
  const provider = parts.providers.find((one) => one.id === id);
  if (provider?.readCallback === undefined) throw new Problem("not_found");
  const reference = address === undefined ? null : parts.addresses.prove(id, address);
  if (address !== undefined && reference === null) {
    parts.meter.count("callbacks", { provider: id, result: "signature_wrong" });
    throw new Problem("callback_refused", "This address was never given to a carrier.");
  }
  const reading = await read(parts, provider, request, reference);
  const result = reading.type === "refused" ? reading.reason : "read";
  parts.meter.count("callbacks", { provider: id, result });
  if (reading.type === "refused") {
    if (reading.reason === "unreadable") throw new Problem("request_malformed", details.unreadable);
    throw new Problem("callback_refused", details[reading.reason]);
  }
  for (const receipt of reading.receipts) await parts.receipt(id, receipt);
  for (const message of reading.inbound) await parts.inbound(id, message);
  if (reading.reply === undefined) return reply.code(200).send();
  return reply.code(200).type(reading.reply.contentType).send(reading.reply.body);
}

async function read(
  { clock, publicUrl }: CallbackParts,
  provider: Provider,
  request: FastifyRequest,
  reference: string | null,
): Promise<CallbackReading> {
  const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
  if (!isUtf8(bytes)) return { type: "refused", reason: "unreadable" };
  const url = addressOf(request, publicUrl);
  const timeout = new AbortController();
  const endWait = clock.after(providerTimeoutMs, () => timeout.abort("out of time"));
  const { headersDistinct, method = "POST" } = request.raw;
  const headers: Record<string, string | undefined> = {};
  // A header that comes twice has no one value to believe.
  for (const [name, values] of Object.entries(headersDistinct)) {
    if (values?.length === 1) headers[name] = values[0];
  }
  try {
    return (
      (await provider.readCallback?.(
        { method, url, reference, headers, body: bytes.toString("utf8") },
        timeout.signal,
      )) ?? { type: "refused", reason: "unreadable" }
    );
  } finally {
    endWait();
  }
}

/**
 * The whole address, as the carrier was given it.
 * @throws Problem where path and `Host` make none: no carrier was given that, and nobody signed it
 */
function addressOf(request: FastifyRequest, publicUrl: string | null): string {
  const origin = publicUrl?.replace(/\/$/, "") ?? `${request.protocol}://${request.host}`;
  const { url = "/" } = request.raw;
  const address = `${origin}${url}`;
  if (url.startsWith("/") && URL.canParse(address)) return address;
  throw new Problem("request_malformed", "The path and the Host header make no address.");
}

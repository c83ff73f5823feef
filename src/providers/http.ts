import type { Clock } from "../clock/index.ts";
import { providerTimeoutMs } from "../delivery/index.ts";
import type { CarrierReason } from "./reasons.ts";

/** What every carrier over HTTP is built on; tests bring their own. */
export interface CarrierParts {
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** Where the carrier reports on a delivery; null where nobody outside reaches this server. */
  readonly callbackUrl: (reference: string) => string | null;
}

export interface CarrierRequest {
  readonly method: "GET" | "POST";
  /** Without credentials: URLs end up in logs. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What became of a call. An answer that could not be read to its end keeps its status and has no body. */
export type CarrierReply =
  | {
      readonly type: "answered";
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      /** What its JSON says; undefined where it is none, is cut short or too long. */
      readonly body: unknown;
    }
  | { readonly type: "notSent"; readonly reason: CarrierReason }
  | { readonly type: "unknown"; readonly detail: string };

/** No answer of a carrier needs more. */
const answerBytesMax = 65_536;

/** Codes of errors that come before the first byte of the request could leave. */
const unreachableCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Whether an error of a connection says that it was not safe. */
export function isCertificateCode(code: unknown): boolean {
  return typeof code === "string" && tlsCode.test(code);
}

const tlsCode = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

/**
 * One call of a carrier: 5 s at most, 64 KB at most, no redirect, no second try. It never throws, and what it says
 * holds neither address, credentials nor content.
 */
export async function callCarrier(
  { clock, fetch }: Pick<CarrierParts, "clock" | "fetch">,
  request: CarrierRequest,
  signal: AbortSignal,
): Promise<CarrierReply> {
  if (signal.aborted) return { type: "notSent", reason: "not_sent_in_time" };
  const timeout = new AbortController();
  const endWait = clock.after(providerTimeoutMs, () => timeout.abort("out of time"));
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { accept: "application/json", "user-agent": "countersign", ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    return {
      type: "answered",
      status: response.status,
      retryAfterMs: retryAfter(response.headers.get("retry-after"), clock.now()),
      body: await readJson(response),
    };
  } catch (cause) {
    return failure(cause);
  } finally {
    endWait();
  }
}

/** Of a request that may have left in part, nobody knows what became of it (D-5). */
function failure(cause: unknown): CarrierReply {
  const code = codeOf(cause);
  if (unreachableCodes.has(code)) return { type: "notSent", reason: "carrier_unreachable" };
  if (isCertificateCode(code)) return { type: "notSent", reason: "carrier_certificate_refused" };
  return { type: "unknown", detail: code === "" ? "no answer in time" : `no answer (${code})` };
}

/** The error of a fetch says nothing; its cause, or the first of its causes, has the system's code. */
function codeOf(cause: unknown): string {
  let current: unknown = cause;
  for (let depth = 0; depth < 4 && typeof current === "object" && current !== null; depth++) {
    const { code, cause: inner, errors } = current as { code?: unknown; cause?: unknown; errors?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
    current = inner ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return "";
}

async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      // Leaving the loop cancels the rest.
      if (length > answerBytesMax) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

import { lookup as dnsLookup } from "node:dns/promises";
import type { IncomingMessage, RequestOptions } from "node:http";
import https from "node:https";
import type { Clock } from "../clock/index.ts";
import { http } from "../platform/http.ts";
import { addressProblem, type DestinationRules, literalAddress, portOf } from "./destination.ts";

/** What a receiver made of one post. Only `received` is a success; what is unknown may have arrived. */
export interface PostAnswer {
  readonly answer: "received" | "refused" | "unknown";
  readonly status: number | null;
  /** Our own stable word for why not; null where it was received. */
  readonly reason: string | null;
  /** When the receiver wants the next one, as it wrote it. */
  readonly retryAfter: string | null;
}

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** What a post is made with. */
export interface PostParts {
  readonly rules: DestinationRules;
  readonly resolve: Resolve;
  readonly clock: Clock;
}

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** The resolver of the machine. */
export const systemResolve: Resolve = (host) => dnsLookup(host, { all: true });

const answerBytesMax = 65_536;
/** For the rest of an answer whose status is known. */
const drainMs = 1_000;
const gone = 410;

/**
 * Posts to where a tenant says, which is a way into the operator's network for whoever may name it (W-11): the name is
 * resolved here, every address of it is looked at, and the connection goes to what was looked at. No redirect is
 * followed, no proxy asked, and of the answer only its status and `Retry-After` are used. Never rejects, and leaves no
 * connection behind.
 */
export async function post(
  request: PostRequest,
  { rules, resolve, clock }: PostParts,
  signal: AbortSignal,
): Promise<PostAnswer> {
  const url = new URL(request.url);
  let addresses: readonly ResolvedAddress[];
  try {
    const literal = literalAddress(url);
    addresses =
      literal === null
        ? await resolve(url.hostname)
        : [{ address: literal, family: literal.includes(":") ? 6 : 4 }];
  } catch {
    return refused("name_not_found");
  }
  if (signal.aborted) return refused("stopped");
  const isRefused = addresses.some(({ address }) => addressProblem(address, url, rules) !== null);
  if (isRefused || addresses.length === 0) return refused(isRefused ? "address_refused" : "name_not_found");
  return await send(url, request, addresses, clock, signal);
}

function refused(reason: string): PostAnswer {
  return { answer: "refused", status: null, reason, retryAfter: null };
}

function send(
  url: URL,
  { headers, body }: PostRequest,
  addresses: readonly ResolvedAddress[],
  clock: Clock,
  signal: AbortSignal,
): Promise<PostAnswer> {
  return new Promise((resolve) => {
    let hasLeft = false;
    const isTls = url.protocol === "https:";
    const options: RequestOptions = {
      method: "POST",
      // Of its own for each post: nothing is shared between tenants, and no proxy of the environment is asked.
      agent: isTls ? new https.Agent({ keepAlive: false }) : new http.Agent({ keepAlive: false }),
      port: portOf(url),
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      lookup: (_host, asked, done) => {
        const [first] = addresses;
        if (asked.all === true)
          done(
            null,
            addresses.map((one) => ({ ...one })),
          );
        else done(null, first?.address ?? "", first?.family ?? 4);
      },
    };
    const sent = (isTls ? https : http).request(url, options, (answer) => {
      // Whoever is told sooner would go on to the next post, and of receivers that never end one connection each would stay.
      drain(answer, clock, () => resolve(answerOf(answer)));
    });
    const cut = (): void => void sent.destroy(new Error("out of time"));
    signal.addEventListener("abort", cut);
    sent.once("close", () => signal.removeEventListener("abort", cut));
    sent.once("socket", (socket) => {
      socket.once(isTls ? "secureConnect" : "connect", () => {
        hasLeft = true;
      });
    });
    sent.on("error", (cause) => {
      const reason = signal.aborted ? "no_answer" : reasonOf(cause);
      resolve({ answer: hasLeft ? "unknown" : "refused", status: null, reason, retryAfter: null });
    });
    sent.end(body);
  });
}

function answerOf(answer: IncomingMessage): PostAnswer {
  const status = answer.statusCode ?? 0;
  const retryAfter = answer.headers["retry-after"] ?? null;
  if (status >= 200 && status < 300) return { answer: "received", status, reason: null, retryAfter: null };
  const reason = status >= 300 && status < 400 ? "redirect" : status === gone ? "gone" : "status";
  return { answer: "refused", status, reason, retryAfter };
}

/** Reads on a little, so that the receiver can finish, and then cuts: nobody here wants what it says. */
function drain(answer: IncomingMessage, clock: Clock, onOver: () => void): void {
  let left = answerBytesMax;
  const endWait = clock.after(drainMs, () => answer.destroy());
  answer.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) answer.destroy();
  });
  answer.on("error", () => undefined);
  answer.once("close", () => {
    endWait();
    onOver();
  });
}

function reasonOf(cause: unknown): string {
  const code = String((cause as { readonly code?: unknown }).code ?? "");
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)) return "tls";
  return code === "ECONNRESET" || code === "EPIPE" || code.startsWith("HPE_")
    ? "connection_lost"
    : "unreachable";
}

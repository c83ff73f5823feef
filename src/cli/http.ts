import type { IncomingMessage, RequestOptions } from "node:http";
import { request as secureRequest } from "node:https";
import { http } from "../platform/http.ts";
import type { Answer, Method } from "./contract.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandFailed, problemFailure } from "./failure.ts";
import { eventsOf, type StreamEvent } from "./stream.ts";

/** Where requests go: the socket of a data folder, or an address with a key. */
export type HttpTarget = { readonly socketPath: string } | { readonly url: URL; readonly key: string };

const timeoutMs = 30_000;
const answerBytesMax = 16 * 1_048_576;

/** One request. Redirects are not followed: a key goes to the address that was given, and nowhere else. */
export async function requestOver(
  target: HttpTarget,
  method: Method,
  path: string,
  body: unknown,
): Promise<Answer> {
  const sent = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string> = { accept: "application/json", connection: "close" };
  if (sent !== null) {
    headers["content-type"] = "application/json";
    headers["content-length"] = String(sent.length);
  }
  try {
    const message = await open(target, { method, headers, timeout: timeoutMs }, path, sent);
    return { status: message.statusCode ?? 0, body: withAddress(target, await bodyOf(message)) };
  } catch (cause) {
    throw unreachable(target, cause);
  }
}

/** A stream of events; it fails where the server goes away, or says no. */
export async function* followOver(
  target: HttpTarget,
  path: string,
  lastSeenId: string | null,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const headers: Record<string, string> = { accept: "text/event-stream", connection: "close" };
  if (lastSeenId !== null) headers["last-event-id"] = lastSeenId;
  // The server's heartbeat is twice as fast: what is silent for so long is gone.
  const options = { method: "GET", headers, timeout: timeoutMs, signal };
  let message: IncomingMessage;
  try {
    message = await open(target, options, path, null);
  } catch (cause) {
    throw unreachable(target, cause);
  }
  if (message.statusCode !== 200)
    throw problemFailure(message.statusCode ?? 0, withAddress(target, await bodyOf(message)));
  try {
    yield* eventsOf(message);
  } catch (cause) {
    throw unreachable(target, cause);
  }
  throw unreachable(target, new Error("It closed the connection."));
}

function open(
  target: HttpTarget,
  options: RequestOptions & { readonly headers: Record<string, string> },
  path: string,
  body: Buffer | null,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request =
      "socketPath" in target
        ? http.request({
            ...options,
            socketPath: target.socketPath,
            path,
            headers: { host: "localhost", ...options.headers },
          })
        : (target.url.protocol === "https:" ? secureRequest : http.request)(joined(target.url, path), {
            ...options,
            headers: { ...options.headers, authorization: `Bearer ${target.key}` },
          });
    request.once("response", resolve);
    request.once("error", reject);
    request.once("timeout", () => request.destroy(new Error("no answer in 30 seconds")));
    request.end(body ?? undefined);
  });
}

/** An address may have a path in front of ours, as behind a proxy. */
function joined(base: URL, path: string): URL {
  return new URL(`${base.pathname.replace(/\/$/, "")}${path}`, base);
}

/** A problem with the whole address of its page: it says the path alone, as no server knows all its names. */
function withAddress(target: HttpTarget, body: unknown): unknown {
  const type = (body as { readonly type?: unknown } | null)?.type;
  if (!("url" in target) || typeof type !== "string" || !type.includes("/errors/")) return body;
  // A server that is mounted below a path says that path itself; one behind a proxy does not.
  const isWhole = type.startsWith(`${target.url.pathname.replace(/\/$/, "")}/`);
  return { ...(body as object), type: (isWhole ? new URL(type, target.url) : joined(target.url, type)).href };
}

async function bodyOf(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreachable(target: HttpTarget, cause: unknown): CommandFailed {
  const where = "url" in target ? target.url.origin : "the server of the data folder";
  const { code, message } = cause as NodeJS.ErrnoException;
  return new CommandFailed(
    {
      exitCode: exitCodes.unreachable,
      code: "server_unreachable",
      what: `No answer from ${where}.`,
      why: reasons[code ?? ""] ?? message ?? String(cause),
      remedy: "Start it with `countersign serve`, or correct the address.",
    },
    { cause },
  );
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nothing listens there.",
  ECONNRESET: "It closed the connection.",
  ENOTFOUND: "There is no host of this name.",
  EAI_AGAIN: "The name of the host cannot be looked up now.",
  ETIMEDOUT: "It did not answer in time.",
};

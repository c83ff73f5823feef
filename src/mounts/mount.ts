import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { stringify } from "node:querystring";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import { type Countersign, instanceOf, tallyOf, whenClosed } from "../library/countersign.ts";
import type { Shape } from "../library/option-shapes.ts";
import { http } from "../platform/http.ts";
import { type HostView, type MountableApp, openMountableApp } from "../server/index.ts";
import { type MountOptions, readMountOptions } from "./options.ts";

/** A request as a host hands it over. */
export interface HostRequest extends HostView {
  /** Below the prefix, with its query. */
  readonly url: string;
  /** What the host's own parser made of the body, if it ran. */
  readonly body: unknown;
}

/** Countersign inside a host: the same for every framework. */
export interface Mount {
  /** Routes are known from here on. */
  ready(): Promise<MountableApp>;
  /**
   * Answers a request of ours; false where the path is the host's. Resolves when the answer is complete or the client
   * has gone.
   */
  answer(request: IncomingMessage, response: ServerResponse, host: HostRequest): Promise<boolean>;
  /** The same for a request that has no socket. */
  inject(view: HostView, request: InjectOptions): Promise<LightMyRequestResponse>;
}

/** A path as it stands in a URL, and nothing that means something in HTML or names another host. */
const prefixPattern = /^(?:\/[^/"'<>&\\\s]+)*$/;

/**
 * The app is made when the first request or the framework asks for it. `more` is what this framework's mount takes beside
 * the options of all.
 */
export function createMount(
  countersign: Countersign,
  options: MountOptions = {},
  more: Readonly<Record<string, Shape>> = {},
): Mount {
  readMountOptions(options, more);
  const instance = instanceOf(countersign);
  const views = new WeakMap<IncomingMessage, HostView>();
  const injected = new AsyncLocalStorage<HostView>();
  let opening: Promise<MountableApp> | null = null;
  const ready = (): Promise<MountableApp> => {
    opening ??= openMountableApp(instance, {
      viewOf: (request) => views.get(request) ?? injected.getStore(),
      limits: options.limits ?? {},
      operations: options.operations ?? false,
      facades: options.facades ?? [],
      tally: tallyOf(countersign),
    }).then((opened) => {
      whenClosed(countersign, () => opened.close());
      return opened;
    });
    return opening;
  };
  return {
    ready,
    async inject(view, request) {
      const { app } = await ready();
      // Awaited inside: nothing is sent before somebody waits for it.
      return await injected.run(view, async () => await app.inject({ ...request, payloadAsStream: true }));
    },
    async answer(request, response, host) {
      const { app, hasPath } = await ready();
      if (!hasPath(pathOf(host.url)) || !prefixPattern.test(host.prefix)) return false;
      const ours = readable(request, host);
      views.set(ours, host);
      // A framework may have said 404 until somebody answers; our routes change what is not 200 only.
      response.statusCode = 200;
      const { url } = request;
      ours.url = host.url;
      try {
        const answered = closed(response);
        app.routing(ours, response);
        await answered;
      } finally {
        request.url = url ?? "";
      }
      return true;
    },
  };
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed || response.destroyed) return resolve();
    response.once("finish", resolve);
    response.once("close", resolve);
  });
}

/**
 * The request itself while its body waits to be read. A body that the host has read already never comes again: whoever
 * waited for it would wait for ever, so it is written anew from what the host made of it.
 * @throws TypeError where the body was read and not kept
 */
function readable(request: IncomingMessage, { body, url }: HostRequest): IncomingMessage {
  if (!request.readableEnded && !request.readableDidRead) return request;
  const { headers } = request;
  const hadBody = (headers["content-length"] ?? "0") !== "0" || headers["transfer-encoding"] !== undefined;
  const raw = (request as { readonly rawBody?: unknown }).rawBody;
  const kept = raw ?? body;
  // What was parsed has lost the bytes that a carrier has signed.
  if (hadBody && url.startsWith("/callbacks/") && typeof kept !== "string" && !Buffer.isBuffer(kept)) {
    throw new TypeError(
      "a carrier's callback was parsed before Countersign, so that its signature cannot be looked at: mount Countersign before what reads bodies, or keep their bytes in request.rawBody",
    );
  }
  if (hadBody && kept === undefined) {
    throw new TypeError(
      "the body was read before Countersign and not kept: mount Countersign before what reads bodies, or keep the body in request.body",
    );
  }
  const bytes = hadBody ? toBytes(kept, headers["content-type"] ?? "") : Buffer.alloc(0);
  const replayed = new http.IncomingMessage(request.socket);
  const { method, httpVersion, httpVersionMajor, httpVersionMinor, rawHeaders } = request;
  Object.assign(replayed, {
    method,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    rawHeaders,
    complete: true,
  });
  replayed.headers = { ...request.headers, "content-length": String(bytes.length) };
  replayed.headersDistinct = request.headersDistinct;
  delete replayed.headers["transfer-encoding"];
  // What the host has decoded is not encoded any more.
  delete replayed.headers["content-encoding"];
  if (bytes.length > 0) replayed.push(bytes);
  replayed.push(null);
  return replayed;
}

function toBytes(body: unknown, contentType: string): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === "string") return Buffer.from(body);
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return Buffer.from(stringify(body as Record<string, string | readonly string[]>));
  }
  return Buffer.from(JSON.stringify(body));
}

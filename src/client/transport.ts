import { CountersignFault, type FaultCode, faultCodes } from "./fault.ts";

export interface ClientOptions {
  /** Where the server is, such as `https://verify.example.com`, with the prefix where it is mounted below one. */
  readonly url: string;
  /** An API key. It belongs on a server: whoever has it can verify in your name. */
  readonly key: string;
  /** For each attempt. Default 10 000. */
  readonly timeoutMs?: number;
  /** Further attempts where nobody answered, or the server says it may work soon. Default 2. */
  readonly retriesMax?: number;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Instead of waiting in real time between attempts: for tests. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Makes a repeated POST one: default a random one a call, which its own retries share. */
  readonly idempotencyKey?: string;
  /**
   * Of a service or webhook, as it was read: its change is refused if somebody else changed it since. A retry of a change
   * whose answer was lost is refused by that change itself: read it again.
   */
  readonly revision?: string;
}

export interface Asked extends CallOptions {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Json = Readonly<Record<string, unknown>>;

/** An answer of the API, whether it is a success or a problem. */
export interface Answered {
  readonly status: number;
  readonly body: Json;
}

export type Transport = (asked: Asked, isRefusal: (code: string) => boolean) => Promise<Answered>;

const timeoutMsDefault = 10_000;
const retriesMaxDefault = 2;
const firstWaitMs = 200;
/** Who is told to wait longer than this is better told so. */
const longestWaitMs = 5_000;

/** What each option may be. A key is never said back. */
const shapes: Readonly<Record<keyof ClientOptions, readonly [allowed: string, (given: never) => boolean]>> = {
  url: [
    "an address such as https://verify.example.com",
    (given: unknown) => typeof given === "string" && URL.canParse(given) && /^https?:/.test(given),
  ],
  key: ["an API key", (given: unknown) => typeof given === "string" && given !== ""],
  timeoutMs: ["a number of milliseconds above 0", (given: unknown) => typeof given === "number" && given > 0],
  retriesMax: ["a whole number from 0 on", (given: unknown) => Number.isInteger(given) && Number(given) >= 0],
  fetch: ["a function", (given: unknown) => typeof given === "function"],
  wait: ["a function", (given: unknown) => typeof given === "function"],
};

function refuseWrong(options: ClientOptions): void {
  const needed = ["url", "key"];
  for (const name of new Set([...needed, ...Object.keys(options)])) {
    const value: unknown = options[name as keyof ClientOptions];
    if (value === undefined && !needed.includes(name)) continue;
    if (!Object.hasOwn(shapes, name)) {
      throw new TypeError(
        `createClient: ${name}: there is no such option; there are ${Object.keys(shapes).join(", ")}`,
      );
    }
    const [allowed, fits] = shapes[name as keyof ClientOptions];
    if (fits(value as never)) continue;
    const said = name === "key" ? "it is missing or no text" : `${describe(value)} was given`;
    throw new TypeError(`createClient: ${name}: ${said}, allowed is ${allowed}`);
  }
}

function describe(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(given.slice(0, 60));
  if (typeof given === "function") return "a function";
  return typeof given === "object" && given !== null ? "an object" : String(given);
}

/** @throws TypeError for options that cannot be meant */
export function createTransport(options: ClientOptions): Transport {
  const {
    key,
    timeoutMs = timeoutMsDefault,
    retriesMax = retriesMaxDefault,
    wait = waitInRealTime,
  } = options;
  refuseWrong(options);
  const root = options.url.replace(/\/+$/, "");
  const base = `${root}/api/v1`;
  const { origin, pathname } = new URL(root);
  const isOfApi = pathname.endsWith("/api/v1");

  async function attempt(asked: Asked, headers: Readonly<Record<string, string>>): Promise<Attempt> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = asked.signal === undefined ? timeout : AbortSignal.any([timeout, asked.signal]);
    try {
      const response = await (options.fetch ?? fetch)(base + asked.path, {
        method: asked.method,
        headers,
        signal,
        ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
        // The key goes to this address and no other.
        redirect: "error",
        cache: "no-store",
        credentials: "omit",
      });
      return await read(response);
    } catch (cause) {
      if (asked.signal?.aborted === true) {
        throw new CountersignFault("aborted", "the call was given up", { cause: asked.signal.reason });
      }
      const [code, said] = timeout.aborted
        ? (["timed_out", `no answer of ${origin} within ${timeoutMs} ms`] as const)
        : (["unreachable", `the server at ${origin} cannot be reached`] as const);
      return { fault: new CountersignFault(code, said, { cause }), retryAfterMs: 0 };
    }
  }

  return async (asked, isRefusal) => {
    const headers = {
      authorization: `Bearer ${key}`,
      accept: "application/json, application/problem+json",
      ...(asked.body === undefined ? {} : { "content-type": "application/json" }),
      ...(asked.method === "POST" ? { "idempotency-key": asked.idempotencyKey ?? randomKey() } : {}),
      ...(asked.revision === undefined ? {} : { "if-match": `"${asked.revision}"` }),
      ...asked.headers,
    };
    for (let retries = 0; ; retries++) {
      const made = await attempt(asked, headers);
      if ("answer" in made && (made.answer.status < 400 || isRefusal(String(made.answer.body["code"])))) {
        return made.answer;
      }
      const fault = "fault" in made ? made.fault : toFault(made.answer, isOfApi);
      const waitMs = Math.max(firstWaitMs * 2 ** retries, made.retryAfterMs ?? Number.POSITIVE_INFINITY);
      if (retries >= retriesMax || waitMs > longestWaitMs) throw fault;
      await wait(waitMs, asked.signal);
    }
  };
}

/** Without `retryAfterMs` it would be the same again. */
type Attempt =
  | { readonly answer: Answered; readonly retryAfterMs: number | null }
  | { readonly fault: CountersignFault; readonly retryAfterMs: number | null };

async function read(response: Response): Promise<Attempt> {
  const { status } = response;
  if (status === 204) return { answer: { status, body: {} }, retryAfterMs: null };
  const text = await response.text();
  const body = parse(text);
  const mayWorkSoon = body === null ? status >= 502 : body["retryable"] === true;
  const seconds = Number(response.headers.get("retry-after") ?? 0);
  const retryAfterMs = mayWorkSoon ? (Number.isFinite(seconds) ? seconds : 0) * 1_000 : null;
  if (body !== null && (response.ok || typeof body["code"] === "string")) {
    return { answer: { status, body }, retryAfterMs };
  }
  const said = `an answer with status ${status} that is not one of Countersign: check the url`;
  return { fault: new CountersignFault("unreadable", said, { status }), retryAfterMs };
}

function parse(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}

/** Where nothing is found below an address that may hold the path of the API twice, that is what is said. */
function toFault({ status, body }: Answered, isOfApi: boolean): CountersignFault {
  const code = faultCodes.find((one) => one === body["code"]) ?? ("unreadable" satisfies FaultCode);
  const detail = String(body["detail"] ?? body["title"] ?? code);
  const named = typeof body["field"] === "string" ? body["field"] : "";
  // The API begins with the field's name itself where its sentence needs it.
  const field = named === "" || detail.startsWith(`${named} `) ? "" : `${named}: `;
  const instance = typeof body["instance"] === "string" ? { instance: body["instance"] } : {};
  const twice = isOfApi && code === "not_found" ? ": give the url without /api/v1" : "";
  const said = `${field}${detail}${twice}`;
  return new CountersignFault(code, said, { status, ...instance });
}

function randomKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function waitInRealTime(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      // house: timer: this runs in browsers too, where nobody has a Clock
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    // house: timer: this runs in browsers too, where nobody has a Clock
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

import type { FastifyInstance, FastifyRequest } from "fastify";
import { scopes } from "../../tenants/index.ts";
import type { Caller } from "../caller.ts";
import { clientAddress } from "../client-address.ts";

/** What a call of the API answered. */
export interface ApiAnswer {
  readonly isDone: boolean;
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the API's own schemas hold it; a page shows what is there
  readonly body: any;
}

/** Calls of the API in the name of an administrator: the same routes as for keys, in this process. */
export interface ConsoleCalls {
  /** Whose things the console shows: those of the tenant that came with the installation. */
  readonly tenantId: string;
  /** The administrator in whose name the console sends this request; null for all others. */
  callerOf(request: FastifyRequest): Caller | null;
  call(
    request: FastifyRequest,
    administrator: { readonly id: string; readonly name: string },
    asked: AskedCall,
  ): Promise<ApiAnswer>;
}

export interface AskedCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: object;
  /** Its Idempotency-Key. */
  readonly once?: string;
}

const header = "countersign-console-call";
const wordBytes = 32;

export function createConsoleCalls(tenantId: string): ConsoleCalls {
  /** By a word that chance made for one call, and that is gone with it: no request from outside can know it. */
  const callers = new Map<string, Caller>();
  return {
    tenantId,
    callerOf({ headers }) {
      const word = headers[header];
      return typeof word === "string" ? (callers.get(word) ?? null) : null;
    },
    async call(request, administrator, { method, path, body, once }) {
      const app: FastifyInstance = request.server;
      const word = Buffer.from(app.parts.random.bytes(wordBytes)).toString("base64url");
      const rights = { scopes: new Set(scopes), allowedAddresses: [], expiresAt: null };
      callers.set(word, { tenantId, keyId: `console-${administrator.id}`, ...rights, administrator });
      try {
        const answer = await app.inject({
          method,
          url: `/api/v1${path}`,
          remoteAddress: clientAddress(request),
          headers: {
            [header]: word,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...(once === undefined ? {} : { "idempotency-key": once }),
          },
          ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
        });
        const { statusCode: status } = answer;
        return {
          isDone: status < 400,
          status,
          body: answer.body === "" ? null : answer.json(),
        };
      } finally {
        callers.delete(word);
      }
    },
  };
}

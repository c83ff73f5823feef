import type { Duplex } from "node:stream";
import { type ErrorCode, errorTable } from "../errors/codes.ts";
import { detailBelow, details } from "../errors/details.ts";
import { http } from "../platform/http.ts";

const codeOfParserError: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
};

/**
 * What is no HTTP never becomes a request: it is answered on the bare socket, and the connection closed, because nobody
 * knows where the next request would begin (C-38).
 */
export function answerParserError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = codeOfParserError[error.code ?? ""] ?? "request_malformed";
  socket.end(bareAnswer(code));
  // Whatever else comes is not read.
  socket.on("error", () => socket.destroy());
}

/** A whole HTTP answer with a problem in it, for moments without a request or without routes. */
export function bareAnswer(code: ErrorCode): string {
  const { status, body, headers } = bareProblem(code);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`;
}

export interface BareProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A problem of which nothing is known but its code. */
export function problemBody(
  code: ErrorCode,
  basePath = "",
): { readonly status: number; readonly code: ErrorCode } {
  const { status, title, retryable } = errorTable[code];
  const type = `${basePath}/errors/${code}`;
  const body = { type, title, status, code, detail: detailBelow(details[code], basePath), retryable };
  return body;
}

/** The problem alone; the connection ends with it. */
export function bareProblem(code: ErrorCode): BareProblem {
  const { status } = errorTable[code];
  const body = JSON.stringify(problemBody(code));
  return {
    status,
    body,
    headers: {
      "content-type": "application/problem+json; charset=utf-8",
      "content-length": String(Buffer.byteLength(body)),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(status === 503 ? { "retry-after": "1" } : {}),
      connection: "close",
    },
  };
}

import { StorageUnavailable } from "../errors.ts";

/** The SQLSTATE of a database's error, or the code of the operating system. */
function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

const lostCodes: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  // A machine that is gone may take its name with it.
  "ENOTFOUND",
  "EAI_AGAIN",
  // Administrator shutdown, crash shutdown, cannot connect now, database dropped.
  "57P01",
  "57P02",
  "57P03",
  "57P04",
  // Idle in a transaction for too long: whoever held it stood still.
  "25P03",
  // Time-outs that an operator may set: of transactions, of idle sessions.
  "25P04",
  "57P05",
  // Read only: this server is a standby now, and a new connection may find the primary.
  "25006",
]);

/** The connection is of no use any more. Whether its transaction took place, it does not say. */
export function isLostConnection(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code !== undefined) return lostCodes.has(code) || code.startsWith("08");
  return (
    cause instanceof Error &&
    /terminated|not queryable|query read timeout|timeout expired/i.test(cause.message)
  );
}

/** A server of which no new connection is wanted: it takes no writes, confirms none, shuts down, or is silent. */
export function leadsNowhere(cause: unknown): boolean {
  if (cause instanceof CommitUnconfirmed) return true;
  const code = codeOf(cause);
  if (code !== undefined) return code === "25006" || code === "57P01";
  return cause instanceof Error && /query read timeout/i.test(cause.message);
}

/** A connection that was made to a server that takes no writes. */
export class ReadOnlyServer extends Error {
  override readonly name = "ReadOnlyServer";
  readonly code = "25006";
}

/** A commit that this server did and perhaps no other: a fail-over may lose it. It may yet be confirmed. */
export class CommitUnconfirmed extends StorageUnavailable {
  override readonly name = "CommitUnconfirmed";
}

/** The transaction did not take place and may simply be tried again: deadlock, serialization, a row that went. */
export function isRetryable(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code === "40P01" || code === "40001" || cause instanceof RowsMoved) return true;
  // Of the last two somebody looked what became of the transaction: nothing.
  return isLostConnection(cause) || cause instanceof CommitUnconfirmed;
}

/** What was seen before the locks is not there any more: the next look takes the right locks. */
export class RowsMoved extends Error {
  override readonly name = "RowsMoved";
}

/**
 * Whether one operation's write may be what failed, such as a digest that exists already: then the others of its batch
 * must be tried without it. What the whole database suffers from would only fail again, once for each.
 */
export function maySpareOthers(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code === undefined) return !isLostConnection(cause);
  return /^(22|23|54|P0)/.test(code);
}

/** DDL that did not get its lock soon, or lost a race with the same DDL of another node: later is as good. */
export function isBusy(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === "55P03" || code === "57014" || code === "42P07" || code === "23505";
}

/** A lock that was not to be had within `lock_timeout`. */
export function isLockTimeout(cause: unknown): boolean {
  return codeOf(cause) === "55P03";
}

/** What a pooler says that takes no start-up options. */
export function rejectsOptions(cause: unknown): boolean {
  return cause instanceof Error && /unsupported startup parameter/i.test(cause.message);
}

const untrusted =
  "its certificate comes from nobody that is known here, whom sslrootcert in DATABASE_URL would name";

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at its address",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name cannot be looked up",
  "28P01": "it refuses the password",
  "28000": "it refuses this user",
  "3D000": "it has no database of this name",
  "42501": "this user may not do that: grant it the right to create in its schema",
  "53300": "it has no connection left",
  "57P03": "it is starting",
  "57P01": "it shuts down",
  "25006": "it takes no writes: it is a standby, or its transactions are read-only by default",
  // Of this machine, for what a connection string names.
  ENOENT: "what DATABASE_URL names, such as a socket or sslrootcert, is not there",
  EACCES: "what DATABASE_URL names, such as a socket or sslkey, may not be opened by this user",
  // What Node says of certificates.
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name than that of DATABASE_URL",
  CERT_HAS_EXPIRED: "its certificate has expired",
};

/** A cause in a few words, without anything of the connection string. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof ReadOnlyServer || cause instanceof StorageUnavailable) return cause.message;
  const code = codeOf(cause);
  if (cause instanceof Error && /timeout expired/.test(cause.message)) return "it does not answer";
  if (cause instanceof Error && /does not support SSL/.test(cause.message))
    return "it has no TLS, which sslmode in DATABASE_URL asks for";
  if (cause instanceof Error && /terminated unexpectedly/.test(cause.message))
    return "it closed the connection";
  if (code === undefined) return cause instanceof Error ? cause.message : "unknown";
  return reasons[code] ?? code;
}

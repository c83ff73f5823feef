/** One server of the database: its name for people, and a connection string of its own. */
export interface Host {
  /** Host and port, nothing secret. */
  readonly name: string;
  readonly url: string;
  /** What a connection may take to be made. */
  readonly connectTimeoutMs: number;
}

const connectTimeoutDefaultMs = 3_000;
/** Longer than the wait of whoever asked. */
const connectTimeoutMaxMs = 60_000;
/** Each one is asked whenever the primary is looked for. */
const hostsMax = 8;
const form =
  "postgres://user:password@host/database, or with several hosts: @host-1:5432,host-2:5432/database";
const whole = /^(postgres(?:ql)?:\/\/(?:[^/?]*@)?)([^@/?]*)(\/[^?]*)?(?:\?(.*))?$/;
const oneHost = /^([^:[\]]*|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/;

/** What we always ask for, whatever is written; the others ask for a server that takes no writes. */
const sessionKinds: ReadonlySet<string> = new Set(["any", "read-write", "primary"]);

/** Why a connection string cannot be used, with the remedy; null if it can. */
export function databaseUrlProblem(url: string): string | null {
  try {
    hostsOf(url);
    return null;
  } catch (cause) {
    if (cause instanceof DatabaseUrlInvalid) return cause.message;
    throw cause;
  }
}

/** A connection string that names no database, or one that can never take writes. */
export class DatabaseUrlInvalid extends TypeError {
  override readonly name = "DatabaseUrlInvalid";
}

/**
 * The servers that a connection string names, in its order. Several are written as libpq takes them: hosts with commas
 * between them, each with its port, or lists in the parameters `host` and `port`.
 * @throws DatabaseUrlInvalid
 */
export function hostsOf(url: string): readonly Host[] {
  const parts = whole.exec(url);
  if (parts === null || /\s/.test(url)) throw new DatabaseUrlInvalid(`allowed is an address such as ${form}`);
  const [, start = "", authority = "", path = "", query = ""] = parts;
  const parameters = new URLSearchParams(query);
  refuseStandbys(parameters);
  refuseUnknownMode(parameters);
  const connectTimeoutMs = connectTimeoutOf(parameters);
  const named = namedHosts(authority, parameters);
  if (named.length > hostsMax) {
    throw new DatabaseUrlInvalid(`it names ${named.length} hosts, at most ${hostsMax} are allowed`);
  }
  return named.map(({ host, port }) => {
    const own = new URLSearchParams(parameters);
    // A socket's folder goes only as a parameter.
    const isFolder = host.startsWith("/");
    if (isFolder) own.set("host", host);
    const address = isFolder ? "" : port === "" ? host : `${host}:${port}`;
    if (isFolder && port !== "") own.set("port", port);
    const rest = own.size === 0 ? "" : `?${own}`;
    return {
      name: isFolder ? host : `${host || "localhost"}:${port || "5432"}`,
      url: `${start}${address}${path}${rest}`,
      connectTimeoutMs,
    };
  });
}

function refuseStandbys(parameters: URLSearchParams): void {
  const wanted = parameters.get("target_session_attrs");
  if (wanted !== null && !sessionKinds.has(wanted)) {
    throw new DatabaseUrlInvalid(
      `target_session_attrs=${wanted} leads to a server that takes no writes: write read-write, or leave it out`,
    );
  }
  parameters.delete("target_session_attrs");
  // Which of several is taken follows from which takes writes.
  parameters.delete("load_balance_hosts");
}

/** Those of libpq, and the driver's own for certificates that nobody looks at. It would take any other word for one. */
const sslModes: readonly string[] = [
  "disable",
  "allow",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
  "no-verify",
];

function refuseUnknownMode(parameters: URLSearchParams): void {
  const mode = parameters.get("sslmode");
  if (mode === null || sslModes.includes(mode)) return;
  throw new DatabaseUrlInvalid(`sslmode=${mode} is not known: write verify-full, or another of libpq's`);
}

/** In whole seconds, as libpq has it; its 0, without end, would hold up the look at the other hosts. */
function connectTimeoutOf(parameters: URLSearchParams): number {
  const written = parameters.get("connect_timeout");
  if (written === null) return connectTimeoutDefaultMs;
  parameters.delete("connect_timeout");
  const ms = Number(written) * 1_000;
  if (!/^\d+$/.test(written) || ms < 1_000 || ms > connectTimeoutMaxMs) {
    throw new DatabaseUrlInvalid(
      `connect_timeout=${written} is not allowed: write whole seconds, 1 to ${connectTimeoutMaxMs / 1_000}, or leave it out`,
    );
  }
  return ms;
}

interface NamedHost {
  readonly host: string;
  readonly port: string;
}

function namedHosts(authority: string, parameters: URLSearchParams): readonly NamedHost[] {
  const list = parameters.get("host");
  if (list === null) return authority.split(",").map((one, _, all) => parseHost(one, all.length > 1));
  const hosts = list.split(",");
  const ports = (parameters.get("port") ?? "").split(",");
  if (ports.length !== 1 && ports.length !== hosts.length) {
    throw new DatabaseUrlInvalid(
      `it names ${hosts.length} hosts and ${ports.length} ports: give one, or one each`,
    );
  }
  parameters.delete("host");
  parameters.delete("port");
  return hosts.map((host, index) => {
    const port = ports.length === 1 ? ports[0] : ports[index];
    if (host.startsWith("/")) return { host, port: port ?? "" };
    return parseHost(port === "" || port === undefined ? host : `${host}:${port}`, hosts.length > 1);
  });
}

function parseHost(text: string, isOfSeveral: boolean): NamedHost {
  const parts = oneHost.exec(text);
  const port = parts?.[2] ?? "";
  if (parts === null || Number(port || "5432") > 65_535 || port === "0") {
    throw new DatabaseUrlInvalid(`allowed is an address such as ${form}`);
  }
  const host = parts[1] ?? "";
  if (host === "" && isOfSeveral) {
    throw new DatabaseUrlInvalid("a host between its commas is missing: name each, or remove the comma");
  }
  return { host, port };
}

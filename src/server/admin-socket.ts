import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { join, relative } from "node:path";
import { scopes, type Tenant } from "../tenants/records.ts";
import { localKeyId } from "./audit.ts";
import type { Caller } from "./caller.ts";

/** Longer paths do not fit into a socket's address on any system we know (macOS: 104 bytes with the final zero). */
const socketPathBytesMax = 103;

/**
 * Where the server of a data folder takes the commands of its machine: a socket in the folder, a named pipe on Windows.
 * Null where the path is too long for a socket.
 */
export function adminSocketPath(dataFolder: string): string | null {
  if (process.platform === "win32") {
    const name = createHash("sha256").update(dataFolder.toLowerCase()).digest("hex").slice(0, 16);
    return `\\\\.\\pipe\\countersign-${name}`;
  }
  const path = join(dataFolder, "admin.sock");
  const candidates = [path, relative(process.cwd(), path)];
  return candidates.find((one) => Buffer.byteLength(one) <= socketPathBytesMax) ?? null;
}

/** Who may open the data folder may do everything that the first tenant may: no key is asked for. */
export function localAdministrator(tenant: Tenant): Caller {
  const unlimited = { scopes: new Set(scopes), allowedAddresses: [], expiresAt: null };
  return { tenantId: tenant.id, keyId: localKeyId, ...unlimited };
}

/** Requests that came over the admin socket. By the server they came through: no header can claim it. */
export interface AdminRequests {
  mark(request: IncomingMessage): void;
  has(request: IncomingMessage): boolean;
}

export function createAdminRequests(): AdminRequests {
  const marked = new WeakSet<IncomingMessage>();
  return { mark: (request) => void marked.add(request), has: (request) => marked.has(request) };
}

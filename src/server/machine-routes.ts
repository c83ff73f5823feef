import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from "fastify";
import {
  type AuditEntry,
  type AuditLink,
  acceptAudit,
  auditEntries,
  machineAct,
  verifyAudit,
} from "../audit/index.ts";
import type { Settings } from "../config/index.ts";
import { iso } from "./api/schemas.ts";
import { localKeyId } from "./audit.ts";
import { invite } from "./console/administrators.ts";
import { Problem } from "./problems.ts";

const entriesMax = 100;

/**
 * For whoever may open the data folder: over its socket, or in their own process. There is no key for any of it, so that
 * a stolen key neither reads who does what nor makes an administrator.
 */
export function machineRoutes(ofConsole: MachineConsole | null): FastifyPluginCallback {
  return (app, _options, done) => {
    app.addHook("onRequest", (request, _reply, next) => {
      const isOfMachine = app.adminCaller(request)?.keyId === localKeyId;
      next(isOfMachine ? undefined : new Problem("not_found"));
    });
    registerAudit(app);
    app.post("/machine/invitations", async (_request, reply) => {
      if (ofConsole === null) {
        throw new Problem("not_found", "The console is off: set COUNTERSIGN_CONSOLE=on.");
      }
      const { secret, endsAt } = await invite(app.parts, machineAct("inviteAdministrator"));
      // Apart from the address: addresses are logged and remembered by whatever passes them on (K-7).
      const url = `${ofConsole.origin()}/console/join`;
      return reply.code(201).send({ url, invitation: secret, endsAt: iso(endsAt) });
    });
    done();
  };
}

/** The console as the machine knows it. */
export interface MachineConsole {
  /** Where its administrators find it, without a slash at the end. */
  origin(): string;
}

/** Where browsers find a server, without a slash at the end: at its public address, else at its own. */
export function originOf({ publicUrl }: Pick<Settings, "publicUrl">, own: string): string {
  return publicUrl?.replace(/\/$/, "") ?? own;
}

function registerAudit(app: FastifyInstance): void {
  app.get("/machine/audit", async (request) => {
    const { before, limit } = request.query as Readonly<Record<string, string | undefined>>;
    const entries = await auditEntries(app.parts.store, {
      before: numberIn(before, "before"),
      limit: Math.min(entriesMax, numberIn(limit, "limit") ?? entriesMax),
    });
    return { entries: entries.map(toAuditBody) };
  });
  app.post("/machine/audit/acceptance", async (_request, reply) => {
    await acceptAudit(app.parts, machineAct("acceptAudit"));
    return reply.code(204).send();
  });
  app.get("/machine/audit/chain", async (request) => await verifyAudit(app.parts, knownIn(request)));
}

function numberIn(given: string | undefined, field: string): number | undefined {
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(given)) return Number(given);
  throw new Problem("request_invalid", `${field} must be a whole number, more than 0.`);
}

function knownIn(request: FastifyRequest): AuditLink | null {
  const { known } = request.query as { readonly known?: string };
  if (known === undefined) return null;
  const [, sequence, digest] = /^([1-9]\d{0,11}):([A-Za-z0-9_-]{43})$/.exec(known) ?? [];
  if (sequence === undefined || digest === undefined) {
    throw new Problem(
      "request_invalid",
      "known must be a place as `countersign audit verify` prints it: 41:9fY...",
    );
  }
  return { sequence: Number(sequence), digest };
}

/** An entry as it is shown; its digests are for the chain alone. */
function toAuditBody({ id: _id, keyId: _keyId, digest: _digest, at, ...entry }: AuditEntry): object {
  return { ...entry, at: iso(at) };
}

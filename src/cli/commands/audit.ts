import type { AuditFault, AuditVerdict } from "../../audit/index.ts";
import { call, connected, type GlobalOptions } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, usageFailure } from "../failure.ts";
import { type Terminal, table } from "../terminal.ts";

interface Entry {
  readonly sequence: number;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly name?: string };
  readonly operation: string;
  readonly target: string | null;
  readonly outcome: string;
  readonly address: string | null;
}

export interface ListAuditOptions {
  readonly limit?: string;
  readonly before?: string;
}

/** The last administrative acts. */
export async function listAudit(
  options: ListAuditOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  refuseElsewhere(all);
  await connected(all, terminal, async (connection) => {
    const query = new URLSearchParams({ ...options });
    const answer = (await call(connection, "GET", `/machine/audit?${query}`)) as {
      readonly entries: readonly Entry[];
    };
    terminal.result(answer, () =>
      table(
        ["NO", "AT", "WHO", "WHAT", "ON", "OUTCOME", "FROM"],
        answer.entries.map((one) => [
          String(one.sequence),
          one.at,
          one.actor.kind === "machine" ? "this machine" : (one.actor.name ?? one.actor.id),
          one.operation,
          one.target,
          one.outcome,
          one.address,
        ]),
        "Nothing is in the audit log.",
      ),
    );
  });
}

const faults: Readonly<Record<AuditFault, string>> = {
  changed: "It, or the one before it, is not as it was written.",
  missing: "There is an entry missing.",
  headChanged: "The chain was cut off there, or its head was changed.",
  headMissing: "The head of the chain is missing.",
  wasBroken: "Before that entry was written, the head of the chain had been changed or taken away.",
  knownRemoved:
    "The log no longer reaches back to that place: entries go after 400 days, and behind `audit accept` it begins anew. Where neither is the reason, the log was emptied. Give a newer place.",
  notAsKnown: "The log does not have the place that was written down: it was cut off, or written anew.",
  secretMissing: "It was written under a master secret that is not here: give it as a former secret.",
};

/** Whether the audit log is as it was written. */
export async function verifyAudit(
  { known }: { readonly known?: string },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  refuseElsewhere(all);
  await connected(all, terminal, async (connection) => {
    const query = known === undefined ? "" : `?${new URLSearchParams({ known })}`;
    const verdict = (await call(connection, "GET", `/machine/audit/chain${query}`)) as AuditVerdict;
    if (verdict.outcome === "broken") {
      throw new CommandFailed({
        exitCode: exitCodes.refused,
        code: "audit_broken",
        what: `The audit log is broken at entry ${verdict.sequence}.`,
        why: faults[verdict.why],
        remedy:
          "Keep a copy of the database as it is, and compare it with your backups. Once you know what happened, `countersign audit accept` takes the log as it is, and verifies what follows.",
      });
    }
    terminal.result(verdict, () => {
      if (verdict.outcome === "empty") return "Nothing is in the audit log.";
      const { first, last } = verdict;
      return `Entries ${first} to ${last.sequence} are as they were written. Last place: ${last.sequence}:${last.digest}`;
    });
  });
}

/** Takes the log as it is; what follows is verified. */
export async function acceptAudit(all: GlobalOptions, terminal: Terminal): Promise<void> {
  refuseElsewhere(all);
  await connected(all, terminal, async (connection) => {
    await call(connection, "POST", "/machine/audit/acceptance");
    terminal.result(
      { outcome: "accepted" },
      () => "Taken as it is. An entry says so, and what follows is verified.",
    );
  });
}

function refuseElsewhere(all: GlobalOptions): void {
  if (all.url === undefined) return;
  throw usageFailure(
    "No key reads the audit log.",
    "Run the command on the machine of the server, or look at it in the console.",
  );
}

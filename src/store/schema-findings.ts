import { type Finding, fail, ok, warn } from "./finding.ts";
import type { SchemaStanding } from "./migrations.ts";
import { markIn } from "./move/mark.ts";

/** What the schema's number says, whatever the store. */
export function judgeSchema({ version, known, waiting, standing }: SchemaStanding): Finding {
  const found = `schema ${version}, this version knows ${known}`;
  switch (standing) {
    case "current":
      return ok("migrations", `schema ${version}, up to date`);
    case "older":
      return warn(
        "migrations",
        `${found}: ${waiting.join(", ")} missing`,
        "Run `countersign migrate`; the next server that starts does it, too.",
      );
    case "newer":
      return warn("migrations", `${found} and works with it`, "Finish the upgrade of this machine.");
    case "tooNew":
      return fail("migrations", found, "Run the newer Countersign here.");
    default:
      return standing satisfies never;
  }
}

/** Whether the data is in the middle of a move, or gone. */
export function judgeMove(metas: ReadonlyMap<string, string>): Finding {
  const mark = markIn(metas.get("move"));
  if (mark?.state === "arriving") {
    return fail(
      "move",
      "a move into this database is not finished",
      "Run the same `countersign move` again, or drop the database.",
    );
  }
  if (mark?.state === "closed") {
    return fail(
      "move",
      `the move into this database was taken back at ${mark.at}; what happened here until then is nowhere else`,
      "Start servers on the folder. Where that was cut short, `countersign move` opens this database again.",
    );
  }
  if (mark?.state === "left") {
    return fail(
      "move",
      `moved to ${mark.to} at ${mark.at}`,
      "Set DATABASE_URL, or take the move back with `countersign move --undo`.",
    );
  }
  return ok("move", mark === null ? "never moved" : `moved here at ${mark.at}`);
}

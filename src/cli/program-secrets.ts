import type { Command } from "commander";
import { addHelp, type Run } from "./program-help.ts";

/** Commands about the keys that everything is sealed with. */
export function addSecrets(program: Command, run: Run): void {
  const secrets = program.command("secrets").description("the keys that everything is sealed with");
  addHelp(secrets, [["countersign secrets status", "whether a former master secret may be removed"]]);

  const status = secrets
    .command("status")
    .description("how much is under which key, and whether a former master secret may be removed");
  addHelp(status, [
    ["countersign secrets status", "reads every row that holds something sealed"],
    ["countersign --json secrets status | jq '.secrets[] | select(.removable)'", "for scripts"],
  ]);
  status.action(async () => {
    const { all, terminal } = run(status);
    await (await import("./commands/secrets.ts")).secretsStatus(all, terminal);
  });

  const rotate = secrets
    .command("rotate")
    .description("give tenants new data keys, and bring everything to the current keys, in the background")
    .option("--tenant <id>", "replace the data key of this tenant alone")
    .option("--keep-data-keys", "only wrap data keys again, and seal anew what is under a former secret");
  addHelp(
    rotate,
    [
      ["countersign secrets rotate", "after a new master secret was put in front, or a copy was lost"],
      ["countersign secrets rotate --keep-data-keys", "when the master secret alone is replaced"],
    ],
    "\nThe server works on it, also after Ctrl-C and after a crash; the same command shows how far it is.\nIt takes a minute at least: so long a request may still use the keys from before.",
  );
  rotate.action(async (options: object) => {
    const { all, terminal } = run(rotate);
    await (await import("./commands/secrets.ts")).rotateSecrets(options, all, terminal);
  });
}

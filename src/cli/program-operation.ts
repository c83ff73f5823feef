import type { Command } from "commander";
import { addHelp, type Run } from "./program-help.ts";

/** Commands of whoever runs an installation: its schema, its health, its move to PostgreSQL. */
export function addOperation(program: Command, run: Run, onExitCode: (code: number) => void): void {
  const migrate = program
    .command("migrate")
    .description(
      "bring the database up to date without starting a server; a server that starts does it as well",
    )
    .option("--check", "change nothing, only say what would be done; exit code 1 when something would");
  addHelp(migrate, [
    ["countersign migrate", "before the servers are replaced, for example"],
    ["countersign migrate --check", "0: up to date, 1: migrations wait or the database is too new"],
  ]);
  migrate.action(async (options: { check?: boolean }) => {
    const { all, terminal } = run(migrate);
    onExitCode(await (await import("./commands/migrate.ts")).migrate(options, all, terminal));
  });
}

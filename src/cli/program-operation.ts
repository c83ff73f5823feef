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

  addDoctor(program, run, onExitCode);
  addRecipients(program, run);
  addMove(program, run);
}

function addDoctor(program: Command, run: Run, onExitCode: (code: number) => void): void {
  const doctor = program
    .command("doctor")
    .description(
      "look at the data, where it lies, and the settings, and say what to set right; changes nothing",
    )
    .option("--strict", "end with 1 for warnings as well")
    .option("--thorough", "read every row and index of a data folder");
  addHelp(
    doctor,
    [
      ["countersign doctor", "the data folder, or the database that DATABASE_URL names"],
      ["countersign --json doctor | jq '.findings[] | select(.level != \"ok\")'", "what is to be done"],
    ],
    "\nExit code: 0 when nothing failed, 1 when something did (with --strict: or is warned of), 3 for wrong settings.",
  );
  doctor.action(async (options: object) => {
    const { all, terminal } = run(doctor);
    onExitCode(await (await import("./commands/doctor.ts")).doctor(options, all, terminal));
  });
}

function addMove(program: Command, run: Run): void {
  const move = program
    .command("move")
    .description("move the installation of a data folder to PostgreSQL; its server must be stopped")
    .option("--from <folder>", "the data folder (default: --data)")
    .option(
      "--to <address>",
      "the empty database (default: DATABASE_URL; others see what is on a command line)",
    )
    .option("--keep-source", "leave the folder as it is, for a rehearsal")
    .option("--undo", "let servers start on the folder again, and close the database of --to");
  addHelp(
    move,
    [
      ["countersign move --from ./data", "to the database that DATABASE_URL names"],
      ["countersign move --from ./data --keep-source", "a rehearsal; drop the database afterwards"],
      ["countersign move --from ./data --undo", "back to the folder, as it was when it was moved"],
    ],
    "\nCut short, it goes on where it was when it is run again; until it is done no server starts on the database.\nThere is no way from PostgreSQL to a folder.",
  );
  move.action(async (options: object) => {
    const { all, terminal } = run(move);
    await (await import("./commands/move.ts")).move(options, all, terminal);
  });
}

function addRecipients(program: Command, run: Run): void {
  const recipients = program
    .command("recipients")
    .description("what is kept about the people who were verified");
  addHelp(recipients, [["countersign recipients erase +14155550123 --yes", "everything about a number"]]);

  const erase = recipients
    .command("erase <number>")
    .description("remove everything about a number: verifications, messages, counters, locks")
    .option("--yes", "it cannot be taken back, and backups still hold it");
  addHelp(erase, [["countersign recipients erase +14155550123 --yes", "for the tenant of the key"]]);
  erase.action(async (number: string, options: { yes?: boolean }) => {
    const { all, terminal } = run(erase);
    await (await import("./commands/numbers.ts")).eraseRecipient(number, options, all, terminal);
  });
}

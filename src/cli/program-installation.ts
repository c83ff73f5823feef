import type { Command } from "commander";
import { addHelp, type Run } from "./program-help.ts";

/** Commands about the installation: virtual phones, backups, settings. */
export function addInstallation(program: Command, run: Run): void {
  addSandbox(program, run);
  addBackup(program, run);
  addConsole(program, run);
  addAudit(program, run);
  addConfig(program, run);
}

function addSandbox(program: Command, run: Run): void {
  const sandbox = program.command("sandbox").description("the virtual phones of a running server");
  addHelp(sandbox, [["countersign sandbox messages +14155550123", "what arrived there"]]);

  const messages = sandbox
    .command("messages [number]")
    .description("what arrived on a virtual phone; without a number, all phones");
  addHelp(messages, [
    ["countersign sandbox messages", "all phones"],
    ["countersign --json sandbox messages +14155550123 | jq -r '.messages[0].code'", "the newest code"],
  ]);
  messages.action(async (number: string | undefined) => {
    const { all, terminal } = run(messages);
    await (await import("./commands/sandbox.ts")).showMessages(number, all, terminal);
  });

  const watch = sandbox.command("watch").description("print what arrives as it arrives; Ctrl-C ends");
  addHelp(watch, [
    ["countersign sandbox watch", "texts, calls and replies of all phones"],
    ["countersign --json sandbox watch | jq -r 'select(.code).code'", "the codes, one a line"],
  ]);
  watch.action(async () => {
    const { all, terminal } = run(watch);
    await (await import("./commands/watch.ts")).watchPhones(all, terminal);
  });

  addSandboxServe(sandbox, run);

  const clear = sandbox.command("clear [number]").description("forget the messages of a phone, or of all");
  addHelp(clear, [["countersign sandbox clear +14155550123", "one phone"]]);
  clear.action(async (number: string | undefined) => {
    const { all, terminal } = run(clear);
    await (await import("./commands/sandbox.ts")).clearMessages(number, all, terminal);
  });

  const fault = sandbox
    .command("fault [prefix] [type]")
    .description("let messages to numbers that begin with a prefix fail; without arguments, show the faults")
    .option("--times <count>", "how often, before the phones work again")
    .option("--delay <seconds>", "for delay and lateReceipt")
    .option("--clear", "remove all faults");
  addHelp(
    fault,
    [
      ["countersign sandbox fault +14155550123 refuse --times 1", "the next message is refused"],
      ["countersign sandbox fault +4415 delay --delay 5", "messages to these numbers come late"],
      ["countersign sandbox fault --clear", "everything works again"],
    ],
    "\nFaults: refuse, notSent, acceptAndLose, timeoutAfterAccept, timeoutBeforeAccept, delay, duplicate, lateReceipt, failedReceipt",
  );
  fault.action(async (prefix: string | undefined, type: string | undefined, options: object) => {
    const { all, terminal } = run(fault);
    await (await import("./commands/sandbox.ts")).fault(prefix, type, options, all, terminal);
  });
}

function addSandboxServe(sandbox: Command, run: Run): void {
  const serve = sandbox
    .command("serve")
    .description("run the virtual phones and the stand-ins of all carriers by themselves, for any program")
    .option("--port <port>", "the port to listen on; 0 takes a free one", "3001")
    .option("--root <vendor>", "whose wire is at the root as well, for clients that take no path");
  addHelp(serve, [
    ["countersign sandbox serve", "carriers for a program under development; no data, no keys"],
    ["countersign sandbox serve --root vonage", "for nexmo 2.x, which takes a host and a port only"],
    ["countersign --json sandbox serve --port 0", "for scripts: one line with its addresses and accounts"],
  ]);
  serve.action(async (options: { port: string; root?: string }) => {
    const { all, terminal } = run(serve);
    await (await import("./commands/sandbox-serve.ts")).serveSandbox(options, all, terminal);
  });
}

function addBackup(program: Command, run: Run): void {
  const backup = program
    .command("backup [file]")
    .description("a consistent copy of the database, while everything goes on; without the master secret");
  addHelp(backup, [
    ["countersign backup", "into the folder backups of the data folder"],
    ["countersign backup /mnt/backup/monday.db", "to a file of this name"],
  ]);
  backup.action(async (file: string | undefined) => {
    const { all, terminal } = run(backup);
    await (await import("./commands/backup.ts")).backup(file, all, terminal);
  });

  const restore = program
    .command("restore <file>")
    .description("put a backup in place of the database; no server may run")
    .option("--force", "also where there is a database already, which is kept aside");
  addHelp(
    restore,
    [
      ["countersign restore monday.db --data ./data", "into an empty folder"],
      ["countersign restore monday.db --force", "in place of the present database"],
    ],
    '\nA backup is of no use without the master secret: copy the file "secret" of the old data folder\nto the new one first, or set COUNTERSIGN_SECRET.',
  );
  restore.action(async (file: string, options: object) => {
    const { all, terminal } = run(restore);
    await (await import("./commands/restore.ts")).restore(file, options, all, terminal);
  });
}

function addConsole(program: Command, run: Run): void {
  const command = program.command("console").description("who may use the console");
  addHelp(command, [["countersign console invite", "one more administrator, or one who lost everything"]]);

  const invite = command
    .command("invite")
    .description("print an invitation by which somebody becomes an administrator: once, within an hour");
  addHelp(invite, [
    ["countersign console invite", "give it to nobody but the person whom it is for"],
    ["countersign --json console invite | jq -r .invitation", "for scripts"],
  ]);
  invite.action(async () => {
    const { all, terminal } = run(invite);
    await (await import("./commands/console.ts")).inviteAdministrator(all, terminal);
  });
}

function addAudit(program: Command, run: Run): void {
  const audit = program.command("audit").description("the log of administrative acts");
  addHelp(audit, [["countersign audit verify", "whether it is as it was written"]]);

  const list = audit
    .command("list")
    .description("who did what and when, newest first")
    .option("--limit <count>", "how many, up to 100", "20")
    .option("--before <sequence>", "those before this one");
  addHelp(list, [
    ["countersign audit list", "the last 20 acts"],
    ["countersign --json audit list --limit 100 | jq '.entries[].operation'", "for scripts"],
  ]);
  list.action(async (options: object) => {
    const { all, terminal } = run(list);
    await (await import("./commands/audit.ts")).listAudit(options, all, terminal);
  });

  const verify = audit
    .command("verify")
    .description("say whether the log is as it was written, and which entry is the first that is not")
    .option("--known <place>", "a place that verify printed before, which must still be in the log");
  addHelp(
    verify,
    [
      ["countersign audit verify", "0 if it is intact, 1 if not"],
      ["countersign audit verify --known 41:9fY...", "also finds a log that was cut off or begun anew"],
    ],
    "\nIt prints the last place. Keep it elsewhere: whoever has the database and the master secret\ncould write another log, but not one with that place in it.",
  );
  verify.action(async (options: object) => {
    const { all, terminal } = run(verify);
    await (await import("./commands/audit.ts")).verifyAudit(options, all, terminal);
  });

  const accept = audit
    .command("accept")
    .description("take a log that verify finds broken as it is, so that what follows is verified again");
  addHelp(accept, [["countersign audit accept", "after you know what happened: an entry says who did"]]);
  accept.action(async () => {
    const { all, terminal } = run(accept);
    await (await import("./commands/audit.ts")).acceptAudit(all, terminal);
  });
}

function addConfig(program: Command, run: Run): void {
  const config = program.command("config").description("the settings of this machine");
  addHelp(config, [["countersign config check", "says what is wrong"]]);

  const check = config.command("check").description("say what is wrong with the settings, all at once");
  addHelp(check, [["countersign config check && countersign serve", "start only with valid settings"]]);
  check.action(async () => {
    const { all, terminal } = run(check);
    (await import("./commands/config.ts")).checkConfig(all, terminal);
  });

  const print = config.command("print").description("the settings as they hold, and where each came from");
  addHelp(print, [["countersign config print", "secrets show as ***"]]);
  print.action(async () => {
    const { all, terminal } = run(print);
    (await import("./commands/config.ts")).printConfig(all, terminal);
  });

  const explain = config
    .command("explain [setting]")
    .description("what a setting does and may be; without one, all");
  addHelp(explain, [
    ["countersign config explain", "all settings"],
    ["countersign config explain PORT", "one of them"],
  ]);
  explain.action(async (name: string | undefined) => {
    const { terminal } = run(explain);
    (await import("./commands/config.ts")).explainConfig(name, terminal);
  });
}

import { Command, Option } from "commander";
import { explainSettings } from "../config/index.ts";
import type { GlobalOptions } from "./connection.ts";
import { exitCodesHelp } from "./exit-codes.ts";
import { addHelp, type Run } from "./program-help.ts";
import { addInstallation } from "./program-installation.ts";
import { addMessages } from "./program-messages.ts";
import { addOperation } from "./program-operation.ts";
import { addSecrets } from "./program-secrets.ts";
import { addSubscribers } from "./program-subscribers.ts";
import { addTenant } from "./program-tenant.ts";
import { addWebhooks } from "./program-webhooks.ts";
import { createTerminal } from "./terminal.ts";

/** The whole command line. `onExitCode` hears of ends that are neither success nor failure. */
export function createProgram(version: string, onExitCode: (code: number) => void): Command {
  const program = new Command("countersign");
  program
    .description("Self-hosted phone verification.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "say what a command does, with examples")
    .option("--json", "exact machine output on standard output, and nothing else")
    .option("--data <folder>", "the data folder (default: COUNTERSIGN_DATA, else ./data)")
    .option("--url <address>", "talk to a server elsewhere")
    .option("--key <key>", "API key for --url; it shows in the list of processes, so prefer the others")
    .option(
      "--key-file <path>",
      "file with the API key for --url, - for standard input (default: COUNTERSIGN_API_KEY)",
    )
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  addHelp(
    program,
    [
      ["countersign serve", "start the server on http://localhost:3000"],
      ["countersign verify +14155550123", "a whole verification, here and now"],
      ["countersign keys create --name shop", "an API key for an application"],
    ],
    `\n${exitCodesHelp}`,
  );
  const run: Run = (command) => {
    const all = command.optsWithGlobals<GlobalOptions>();
    return { all, terminal: createTerminal(all.json === true) };
  };
  addServe(program, run, onExitCode);
  addVerification(program, run);
  addTenant(program, run);
  addSubscribers(program, run);
  addMessages(program, run);
  addWebhooks(program, run, onExitCode);
  addInstallation(program, run);
  addOperation(program, run, onExitCode);
  addSecrets(program, run);
  return program;
}

function addServe(program: Command, run: Run, onExitCode: (code: number) => void): void {
  const command = program.command("serve").description("start the server; Ctrl-C or SIGTERM stops it");
  for (const setting of explainSettings()) {
    // A secret on a command line is seen by everybody on the machine; --data is an option of all commands.
    if (setting.environmentFile !== null || setting.name === "data") continue;
    command.addOption(new Option(`${setting.flag} <value>`, `${setting.environment}: ${setting.allowed}`));
  }
  command.option(
    "--lock-wait <seconds>",
    "how long to wait for another process to let go of the folder (default: 10)",
  );
  addHelp(command, [
    ["countersign serve", "on http://localhost:3000, data in ./data"],
    ["countersign serve --port 0", "on a free port"],
    ["countersign serve --json | jq", "log lines and the line that says where it listens, as JSON"],
  ]);
  command.action(async (options: Record<string, string | undefined>) => {
    const { all, terminal } = run(command);
    const { serve } = await import("./commands/serve.ts");
    onExitCode(await serve(options, all, terminal));
  });
}

function addLogin(program: Command, run: Run): void {
  const command = program
    .command("login")
    .description("sign somebody in: user name and password, a number or an app if there is neither, a code")
    .option("--name <name>", "do not ask for the user name")
    .option(
      "--password-file <path>",
      "file with the password, - for standard input; never a word of the command line",
    )
    .addOption(
      new Option(
        "--method <method>",
        "what the first login enrols, by default a phone, and what later ones ask for",
      ).choices(["phone", "app"]),
    )
    .option("--number <number>", "do not ask for the number where the first one is enrolled")
    .option("--issuer <name>", "what a new app shows above its code (default: the brand of the service)")
    .option("--sign-up", "make the account first, with this name and password")
    .option("--code-from-phone", "do not ask: read the code from the virtual phone");
  addHelp(
    command,
    [
      ["countersign login --sign-up", "asks for all of it; the number is kept for the next login"],
      ["countersign login --sign-up --method app", "shows a key for an authenticator app, as a QR code too"],
      ["countersign login --name ada", "asks for the password, then for the code"],
      [
        "countersign login --url https://verify.example.com --key-file key",
        "the accounts of a server elsewhere",
      ],
      ["countersign login --name ada --password-file p --code-from-phone", "for scripts, with the sandbox"],
    ],
    "\nIt ends with 0 when the person is signed in, and with 1 when name, password, code or\nnumber are refused, or no carrier takes the message. The session ends with the command;\nwith --json it stays, and its secret is in the result. The key of an app is shown once, and\nnever with --json; its QR code needs a terminal with colours that is wide enough.",
  );
  command.action(async (options: object) => {
    const { all, terminal } = run(command);
    await (await import("./commands/login.ts")).login(options, all, terminal);
  });
}

function addVerification(program: Command, run: Run): void {
  const verify = program
    .command("verify <number>")
    .description("verify a number from start to end, typing the code here")
    .option("--channel <channel>", "sms or voice; by default the service's workflow")
    .option("--service <service>", "id or name of the service")
    .option("--brand <brand>", "who the message speaks for")
    .option("--locale <locale>", "language of the message, such as de")
    .option("--code-from-phone", "do not ask: read the code from the virtual phone");
  addHelp(verify, [
    ["countersign verify +14155550123", "asks for the code; r sends again, n calls, c cancels"],
    ["countersign verify +14155550123 --code-from-phone", "for scripts, with the sandbox"],
    ["countersign verify +4915112345678 --channel voice", "reads the code out in a call"],
  ]);
  verify.action(async (number: string, options: object) => {
    const { all, terminal } = run(verify);
    await (await import("./commands/verify.ts")).verify(number, options, all, terminal);
  });

  addLogin(program, run);

  const check = program
    .command("check <id> [code]")
    .description("check a code; without one, it is asked for or read from standard input");
  addHelp(check, [
    ["countersign check 0199e3c1-5d1e-7a40-8c11-3f1f6f3b2a10 123456", "0 if it is right, 1 if not"],
  ]);
  check.action(async (id: string, code: string | undefined) => {
    const { all, terminal } = run(check);
    await (await import("./commands/verify.ts")).check(id, code, all, terminal);
  });

  for (const [name, method, what] of [
    ["cancel", "DELETE", "cancel a pending verification"],
    ["status", "GET", "show a verification, its deliveries and checks"],
  ] as const) {
    const command = program.command(`${name} <id>`).description(what);
    addHelp(command, [[`countersign ${name} 0199e3c1-5d1e-7a40-8c11-3f1f6f3b2a10`, what]]);
    command.action(async (id: string) => {
      const { all, terminal } = run(command);
      await (await import("./commands/verify.ts")).showVerification(method, id, all, terminal);
    });
  }
}

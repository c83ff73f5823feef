import type { Command } from "commander";
import type { ServiceOptions } from "./commands/services.ts";
import { addHelp, type Run } from "./program-help.ts";

const keyId = "0199e3c1-5d1e-7a40-8c11-3f1f6f3b2a10";

/** Commands about what a tenant has: keys, services, numbers. */
export function addTenant(program: Command, run: Run): void {
  addKeys(program, run);
  addServices(program, run);
  addRoutes(program, run);
  const numbers = program
    .command("numbers <number>")
    .description("what is known of a phone number, and whether a code would be sent to it");
  addHelp(numbers, [["countersign numbers '+1 415 555 0123'", "its region, type and channels"]]);
  numbers.action(async (number: string) => {
    const { all, terminal } = run(numbers);
    await (await import("./commands/numbers.ts")).describeNumber(number, all, terminal);
  });
}

function addRoutes(program: Command, run: Run): void {
  const routes = program
    .command("routes")
    .description("which carrier takes messages to whom, and how they do");
  addHelp(routes, [["countersign routes explain +4915112345678", "who would be asked, and why"]]);

  const explain = routes
    .command("explain <number>")
    .description("which carrier would be asked for a message to a number, in which order, and why")
    .option("--channel <channel>", "sms or voice (default: sms)");
  addHelp(explain, [["countersign routes explain +4915112345678 --channel voice", "for a call"]]);
  explain.action(async (number: string, options: { channel?: string }) => {
    const { all, terminal } = run(explain);
    await (await import("./commands/routes.ts")).explainRoute(number, options, all, terminal);
  });

  const carriers = routes
    .command("carriers")
    .description("how the carriers do, and what they cost, since the server started");
  addHelp(carriers, [["countersign routes carriers", "by channel and region"]]);
  carriers.action(async () => {
    const { all, terminal } = run(carriers);
    await (await import("./commands/routes.ts")).listCarriers(all, terminal);
  });
}

function addKeys(program: Command, run: Run): void {
  const keys = program.command("keys").description("API keys");
  addHelp(keys, [["countersign keys create --name shop", "a key for an application, shown once"]]);

  const create = keys
    .command("create")
    .description("make a key; its secrets are shown this once")
    .requiredOption("--name <name>", "who or what uses the key")
    .option("--scopes <scopes>", "what it may do, with commas between, or all", defaultScopes)
    .option("--allow <ranges>", "addresses it may be used from, in CIDR form with commas between")
    .option("--expires <date>", "when it ends");
  addHelp(create, [
    ["countersign keys create --name shop", "verifies numbers"],
    ["countersign keys create --name ci --scopes all --expires 2027-01-31", "may do everything, for a while"],
    ["countersign keys create --name shop --allow 192.0.2.0/24", "from one network only"],
    ["countersign --json keys create --name shop | jq -r .key", "for scripts"],
  ]);
  create.action(async (options: { name: string; scopes: string }) => {
    const { all, terminal } = run(create);
    await (await import("./commands/keys.ts")).createKey(options, all, terminal);
  });

  const show = keys
    .command("show [id]")
    .description("a key's record; without an id, the key that COUNTERSIGN_API_KEY sets, with its secrets");
  addHelp(show, [
    [`countersign keys show ${keyId}`, "name, scopes, last use"],
    ["countersign keys show", "the vendors' credentials of COUNTERSIGN_API_KEY"],
  ]);
  show.action(async (id: string | undefined) => {
    const { all, terminal } = run(show);
    await (await import("./commands/keys.ts")).showKey(id, all, terminal);
  });

  const list = keys.command("list").description("all keys, revoked ones included");
  addHelp(list, [["countersign keys list", "newest first"]]);
  list.action(async () => {
    const { all, terminal } = run(list);
    await (await import("./commands/keys.ts")).listKeys(all, terminal);
  });

  const revoke = keys
    .command("revoke <id>")
    .description("end a key, at once and for good")
    .option("--dialect <vendor>", "only the secret of vonage, twilio, telnyx or flowroute");
  addHelp(revoke, [
    [`countersign keys revoke ${keyId}`, "the whole key"],
    [`countersign keys revoke ${keyId} --dialect vonage`, "one vendor's secret"],
  ]);
  revoke.action(async (id: string, options: { dialect?: string }) => {
    const { all, terminal } = run(revoke);
    await (await import("./commands/keys.ts")).revokeKey(id, options.dialect, all, terminal);
  });
}

/** What an application needs to verify numbers, and nothing that administers. */
const defaultScopes = "verifications:write,verifications:read,numbers:read";

function addServices(program: Command, run: Run): void {
  const services = program.command("services").description("named settings that a start chooses from");
  addHelp(services, [["countersign services create shop --brand Shop", "messages that speak for Shop"]]);

  const create = services.command("create <name>").description("make a service");
  addHelp(withSettings(create), [
    ["countersign services create shop --brand Shop --locale de", "speaks for Shop, in German"],
    ["countersign services create bank --set codeLength=8 --set checksMax=3", "with a stricter policy"],
    [
      "countersign services create old --telnyx-profile 12ade33a-21c0-473b-b055-b3c836e1c292",
      "answers to an id that your code carries",
    ],
  ]);
  create.action(async (name: string, options: ServiceOptions) => {
    const { all, terminal } = run(create);
    await (await import("./commands/services.ts")).createService(name, options, all, terminal);
  });

  const list = services.command("list").description("all services");
  addHelp(list, [["countersign services list", "names and brands"]]);
  list.action(async () => {
    const { all, terminal } = run(list);
    await (await import("./commands/services.ts")).listServices(all, terminal);
  });

  const show = services.command("show <service>").description("a service with its whole policy");
  addHelp(show, [["countersign services show default", "by name or id"]]);
  show.action(async (nameOrId: string) => {
    const { all, terminal } = run(show);
    await (await import("./commands/services.ts")).showService(nameOrId, all, terminal);
  });

  const update = services
    .command("update <service>")
    .description("change a service; verifications that run keep what they started with")
    .option("--name <name>", "its new name");
  addHelp(withSettings(update), [
    ["countersign services update default --brand Shop", "who the messages speak for"],
    ["countersign services update default --set 'resendWaitsSeconds=[30,60]'", "a list is JSON"],
    [
      `countersign services update default --page 'returnUrls=["https://app.example.com/verified"]'`,
      "where its page may lead back to",
    ],
    ["countersign services update default --template 'de.sms={code} ist Ihr Code von {brand}.'", "own words"],
    [
      "countersign services update default --text 'hosts=[\"shop.example\"]' --text platform=web",
      "for autofill",
    ],
  ]);
  update.action(async (nameOrId: string, options: ServiceOptions) => {
    const { all, terminal } = run(update);
    await (await import("./commands/services.ts")).updateService(nameOrId, options, all, terminal);
  });
}

function withSettings(command: Command): Command {
  return command
    .option("--brand <brand>", "who its messages speak for")
    .option("--locale <locale>", "language of its messages, such as de")
    .option(
      "--set <setting=value>",
      "a setting of its policy, such as codeLength=8; may be repeated",
      also,
      [],
    )
    .option(
      "--text <setting=value>",
      "a setting of its texts, such as platform=web; may be repeated",
      also,
      [],
    )
    .option(
      "--template <locale.kind=text>",
      "words of its own, such as 'de.sms={code} ...'; empty takes them back; may be repeated",
      also,
      [],
    )
    .option(
      "--page <setting=value>",
      "a setting of its page, such as accent=#1d5fd1; may be repeated",
      also,
      [],
    )
    .option("--vonage-application <id>", "a Vonage application that your code names; empty takes it back")
    .option("--telnyx-profile <id>", "a Telnyx verify profile that your code names")
    .option("--twilio-service <sid>", "a Twilio Verify service that your code names");
}

/** An option that may be repeated. */
const also = (one: string, before: readonly string[]): readonly string[] => [...before, one];

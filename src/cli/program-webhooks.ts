import type { Command } from "commander";
import type { ReplayOptions, WebhookOptions } from "./commands/webhooks.ts";
import { addHelp, type Run } from "./program-help.ts";

const webhookId = "0199e3c1-5d1e-7a40-8c11-3f1f6f3b2a10";
const eventId = "0199e3c2-77aa-7bd1-9a55-5a2bb9d0c4e1";

/** Where events are posted, and what was. */
export function addWebhooks(program: Command, run: Run, onExitCode: (code: number) => void): void {
  const webhooks = program.command("webhooks").description("where the events of a service are posted");
  addHelp(webhooks, [
    ["countersign webhooks create https://shop.example/hooks", "all events of the first service"],
    [`countersign webhooks test ${webhookId}`, "what the receiver makes of an event"],
  ]);
  addMaking(webhooks, run);
  addLooking(webhooks, run);
  addPosting(webhooks, run, onExitCode);
}

function addMaking(webhooks: Command, run: Run): void {
  const create = webhooks
    .command("create <url>")
    .description("make a webhook; what signs its events is shown this once")
    .option("--service <service>", "whose events, by name or id")
    .option("--events <types>", "which, with commas between, such as verification.*; or all")
    .option("--description <text>", "for people");
  addHelp(create, [
    ["countersign webhooks create https://shop.example/hooks", "everything"],
    ["countersign webhooks create https://shop.example/hooks --events 'verification.*'", "verifications"],
  ]);
  create.action(async (url: string, options: WebhookOptions) => {
    const { all, terminal } = run(create);
    await (await import("./commands/webhooks.ts")).createWebhook(url, options, all, terminal);
  });

  const update = webhooks
    .command("update <id>")
    .description("change a webhook, or turn it on and off")
    .option("--url <url>", "where its events are posted")
    .option("--events <types>", "which, with commas between; or all")
    .option("--description <text>", "for people")
    .option("--enable", "post again, also what waited meanwhile")
    .option("--disable", "write and post nothing more");
  addHelp(update, [[`countersign webhooks update ${webhookId} --enable`, "after it was disabled"]]);
  update.action(async (id: string, options: WebhookOptions) => {
    const { all, terminal } = run(update);
    await (await import("./commands/webhooks.ts")).updateWebhook(id, options, all, terminal);
  });

  const rotate = webhooks
    .command("rotate <id>")
    .description("give a webhook a new secret, shown this once; the former one signs along for a while")
    .option("--overlap <seconds>", "for how long (default: a day)");
  addHelp(rotate, [[`countersign webhooks rotate ${webhookId} --overlap 3600`, "an hour to change over"]]);
  rotate.action(async (id: string, options: object) => {
    const { all, terminal } = run(rotate);
    await (await import("./commands/webhooks.ts")).rotateWebhook(id, options, all, terminal);
  });

  const remove = webhooks.command("delete <id>").description("remove a webhook, and post nothing more to it");
  addHelp(remove, [[`countersign webhooks delete ${webhookId}`, "at once"]]);
  remove.action(async (id: string) => {
    const { all, terminal } = run(remove);
    await (await import("./commands/webhooks.ts")).deleteWebhook(id, all, terminal);
  });
}

function addLooking(webhooks: Command, run: Run): void {
  const list = webhooks.command("list").description("all webhooks, disabled ones included");
  addHelp(list, [["countersign webhooks list", "and whether they work"]]);
  list.action(async () => {
    const { all, terminal } = run(list);
    await (await import("./commands/webhooks.ts")).listWebhooks(all, terminal);
  });

  const show = webhooks
    .command("show <id> [event]")
    .description("a webhook with its newest events, or one event with every post of it");
  addHelp(show, [
    [`countersign webhooks show ${webhookId}`, "is it received?"],
    [`countersign webhooks show ${webhookId} ${eventId}`, "what was posted, and what came back"],
  ]);
  show.action(async (id: string, event: string | undefined) => {
    const { all, terminal } = run(show);
    await (await import("./commands/webhooks.ts")).showWebhook(id, event, all, terminal);
  });
}

function addPosting(webhooks: Command, run: Run, onExitCode: (code: number) => void): void {
  const test = webhooks.command("test <id>").description("post a test event now, and say what came back");
  addHelp(
    test,
    [[`countersign webhooks test ${webhookId}`, "within 15 seconds"]],
    "\nExit code: 0 when the receiver took it, 1 when not.",
  );
  test.action(async (id: string) => {
    const { all, terminal } = run(test);
    onExitCode(await (await import("./commands/webhooks.ts")).testWebhook(id, all, terminal));
  });

  const replay = webhooks
    .command("replay <id> [event]")
    .description("post an event again, or all that failed")
    .option("--since <date>", "leave older ones out")
    .option("--received", "those that were received, instead of those that failed");
  addHelp(replay, [
    [`countersign webhooks replay ${webhookId} ${eventId}`, "one"],
    [`countersign webhooks replay ${webhookId} --since 2027-01-31`, "all that failed since then"],
  ]);
  replay.action(async (id: string, event: string | undefined, options: ReplayOptions) => {
    const { all, terminal } = run(replay);
    await (await import("./commands/webhooks.ts")).replayWebhook(id, event, options, all, terminal);
  });
}

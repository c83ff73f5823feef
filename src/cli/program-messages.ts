import type { Command } from "commander";
import type { ListOptions, SendOptions } from "./commands/messages.ts";
import { addHelp, type Run } from "./program-help.ts";

const messageId = "0199e3c1-5d1e-7a40-8c11-3f1f6f3b2a10";

/** What became of every message, and texts of one's own. */
export function addMessages(program: Command, run: Run): void {
  addDeliveries(program, run);
  const messages = program
    .command("messages")
    .description("texts of your own, through the same carriers as codes");
  addHelp(messages, [["countersign messages send +14155550123 'Your table is free.'", "one text"]]);

  const send = messages
    .command("send <number> <text>")
    .description("send a text, guarded and failed over like a code")
    .option("--service <service>", "id or name of the service")
    .option("--from <sender>", "who it shall come from, where the route leaves the choice")
    .option("--client-ref <reference>", "your reference");
  addHelp(send, [
    ["countersign messages send +14155550123 'Your table is free.'", "answers before it has left"],
  ]);
  send.action(async (to: string, text: string, options: SendOptions) => {
    const { all, terminal } = run(send);
    await (await import("./commands/messages.ts")).sendMessage(to, text, options, all, terminal);
  });

  const list = messages
    .command("list")
    .description("the newest messages")
    .option("--to <number>", "only those to one number")
    .option("--limit <count>", "how many, at most 100");
  addHelp(list, [["countersign messages list --to +14155550123", "what was sent to a number"]]);
  list.action(async (options: ListOptions) => {
    const { all, terminal } = run(list);
    await (await import("./commands/messages.ts")).listMessages(options, all, terminal);
  });

  const show = messages.command("show <id>").description("a message, with every attempt");
  addHelp(show, [[`countersign messages show ${messageId}`, "did it arrive?"]]);
  show.action(async (id: string) => {
    const { all, terminal } = run(show);
    await (await import("./commands/messages.ts")).showMessage(id, all, terminal);
  });
}

function addDeliveries(program: Command, run: Run): void {
  const deliveries = program
    .command("deliveries")
    .description("what became of the messages that carried codes");
  addHelp(deliveries, [["countersign deliveries list --state failed", "those that did not arrive"]]);

  const list = deliveries
    .command("list")
    .description("the newest deliveries")
    .option("--to <number>", "only those to one number")
    .option("--verification <id>", "only those of one verification")
    .option("--state <state>", "such as accepted, delivered or failed")
    .option("--channel <channel>", "sms or voice")
    .option("--provider <carrier>", "the carrier that was asked last")
    .option("--limit <count>", "how many, at most 100");
  addHelp(list, [
    ["countersign deliveries list --state failed", "and the carrier that had them"],
    ["countersign deliveries list --to +14155550123", "what a user says never came"],
  ]);
  list.action(async (options: ListOptions) => {
    const { all, terminal } = run(list);
    await (await import("./commands/messages.ts")).listDeliveries(options, all, terminal);
  });

  const show = deliveries.command("show <id>").description("a delivery, with every attempt");
  addHelp(show, [[`countersign deliveries show ${messageId}.1`, "which carrier took it, and what it said"]]);
  show.action(async (id: string) => {
    const { all, terminal } = run(show);
    await (await import("./commands/messages.ts")).showDelivery(id, all, terminal);
  });
}

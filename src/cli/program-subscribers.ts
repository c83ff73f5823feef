import type { Command } from "commander";
import { addHelp, type Run } from "./program-help.ts";

/** Commands of whoever helps people with their accounts. */
export function addSubscribers(program: Command, run: Run): void {
  const subscribers = program
    .command("subscribers")
    .description("the people who sign in: who they are, what they enrolled, a way back in");
  addHelp(subscribers, [["countersign subscribers reset ada", "for somebody who lost everything"]]);
  addReading(subscribers, run);
  addReset(subscribers, run);
  addEndings(subscribers, run);
}

function addReading(subscribers: Command, run: Run): void {
  const list = subscribers.command("list").description("all of them, oldest first, 10,000 at the most");
  addHelp(list, [
    ["countersign subscribers list", "names, and what they enrolled"],
    ["countersign --json subscribers list | jq '.items[] | select(.isFrozen).name'", "who was frozen"],
  ]);
  list.action(async () => {
    const { all, terminal } = run(list);
    await (await import("./commands/subscribers.ts")).listSubscribers(all, terminal);
  });

  const show = subscribers
    .command("show <person>")
    .description("somebody, by user name or id: authenticators and sessions, numbers masked");
  addHelp(show, [["countersign subscribers show ada", "what they can sign in with, and where they are"]]);
  show.action(async (person: string) => {
    const { all, terminal } = run(show);
    await (await import("./commands/subscribers.ts")).showSubscriber(person, all, terminal);
  });
}

function addReset(subscribers: Command, run: Run): void {
  const reset = subscribers
    .command("reset <person>")
    .description("send somebody whose identity you proved a way back in; nobody here sees the link")
    .option("--to <authenticator>", "to which of their addresses (default: an e-mail address, else a phone)");
  addHelp(
    reset,
    [
      ["countersign subscribers reset ada", "a link that works once, for an hour"],
      ["countersign subscribers reset ada --to 0199e3c1-5d1e-7a40-8c11-3f1f6f3b2a10", "to another address"],
    ],
    "\nPUBLIC_URL or COUNTERSIGN_ACCOUNT_URL says where the link leads. It takes a carrier for the address\nthat they proved, and is an entry of the audit log.",
  );
  reset.action(async (person: string, options: { to?: string }) => {
    const { all, terminal } = run(reset);
    await (await import("./commands/subscribers.ts")).resetSubscriber(person, options, all, terminal);
  });
}

function addEndings(subscribers: Command, run: Run): void {
  const signOut = subscribers.command("sign-out <person>").description("end all sessions of somebody");
  addHelp(signOut, [["countersign subscribers sign-out ada", "on all their devices"]]);
  signOut.action(async (person: string) => {
    const { all, terminal } = run(signOut);
    await (await import("./commands/subscribers.ts")).signOutSubscriber(person, all, terminal);
  });

  const remove = subscribers
    .command("remove <person>")
    .description("remove somebody with name, password, authenticators and sessions")
    .option("--yes", "it cannot be taken back")
    .option("--erase", "with everything that was sent to the numbers and addresses that they proved");
  addHelp(remove, [
    ["countersign subscribers remove ada --yes", "the account"],
    ["countersign subscribers remove ada --erase --yes", "everything that is kept of a person"],
  ]);
  remove.action(async (person: string, options: { yes?: boolean; erase?: boolean }) => {
    const { all, terminal } = run(remove);
    await (await import("./commands/subscribers.ts")).removeSubscriber(person, options, all, terminal);
  });
}

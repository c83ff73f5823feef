// A number is verified in a terminal: npm start -- +14155550123
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { createFromEnvironment } from "countersign";

const [, , to = ""] = process.argv;
const countersign = await createFromEnvironment(process.env);
const terminal = createInterface({ input: process.stdin, output: process.stdout });

async function verify() {
  const started = await countersign.start({ to });
  if (started.outcome !== "started") {
    console.error(`Not started: ${started.outcome}`);
    return 1;
  }
  const { id, to: number } = started.verification;
  await countersign.tick();
  const received = countersign.phones?.messages(number)[0];
  if (received !== undefined) console.log(`Virtual phone: ${received.text}`);
  for (;;) {
    const result = await countersign.check({ id, to: number, code: await terminal.question("Code: ") });
    switch (result.outcome) {
      case "approved":
        console.log(`${number} is verified.`);
        return 0;
      case "codeMismatch":
        console.log(`Wrong, ${result.checksLeft} left.`);
        break;
      case "codeMalformed":
        console.log("A code has six digits.");
        break;
      default:
        console.error(`Over: ${result.outcome}`);
        return 1;
    }
  }
}

process.exitCode = await verify();
terminal.close();
await countersign.close();

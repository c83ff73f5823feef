// A number is verified in a terminal: npm start -- +14155550123
import process from "node:process";
import { createInterface } from "node:readline";
import { createFromEnvironment } from "countersign";

const [, , to = ""] = process.argv;
const countersign = await createFromEnvironment(process.env);
const terminal = createInterface({ input: process.stdin });
const lines = terminal[Symbol.asyncIterator]();

async function verify() {
  const started = await countersign.start({ to });
  if (started.outcome !== "started") {
    console.error(`Not started: ${started.outcome}. ${started.detail ?? ""}`);
    console.error("Give a number with + and the country: npm start -- +14155550123");
    return 1;
  }
  const { id, to: number } = started.verification;
  await countersign.tick();
  const received = countersign.phones?.messages(number)[0];
  if (received !== undefined) console.log(`Virtual phone: ${received.text}`);
  for (;;) {
    process.stdout.write("Code: ");
    const { value: code, done } = await lines.next();
    if (done) {
      console.error("Not verified: the input has ended.");
      return 1;
    }
    const result = await countersign.check({ id, to: number, code });
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

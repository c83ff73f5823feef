import { openInstance } from "../../src/instance/instance.ts";
import { alice, testSecret } from "../support/instance-values.ts";

// A process that starts a verification, tells what the phone received, and then hangs until it is killed.
const instance = await openInstance({ folder: process.argv[2] ?? "", secrets: [testSecret] });
const result = await instance.engine.start({ tenantId: instance.tenant.id, to: alice });
await instance.engine.tick();
const code = instance.sandbox?.phones.messages(alice)[0]?.code;
process.stdout.write(`${JSON.stringify({ id: result.verification?.id, code })}\n`);
setInterval(() => undefined, 1_000);

import { parentPort } from "node:worker_threads";
import bcrypt from "bcryptjs";
import type { BcryptAsked } from "./bcrypt.ts";

// One at a time: whoever asks waits for the answer before it asks again.
parentPort?.on("message", ({ secret, hash }: BcryptAsked) => {
  parentPort?.postMessage(bcrypt.compareSync(secret, hash));
});

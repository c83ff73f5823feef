// Fastify: the HTTP API inside an API of your own. Start: npm start
import process from "node:process";
import { createFromEnvironment } from "countersign";
import { mountFastify } from "countersign/fastify";
import Fastify from "fastify";

const countersign = await createFromEnvironment(process.env, { brand: "Depot" });
const app = Fastify();

await app.register(mountFastify(countersign), { prefix: "/verify" });

/** What an approval unlocks; it follows from the event, whoever checked the code. */
const verified = new Set();
countersign.on("approved", ({ verification }) => {
  verified.add(verification.to);
});
app.get("/customers/:number", ({ params }) => ({
  number: params.number,
  verified: verified.has(params.number),
}));

// The server stops first, then the library: nothing is refused in between.
app.addHook("onClose", () => countersign.close());
const { PORT = 8080 } = process.env;
const taken = ({ message }) => process.exit(console.error(`${message}: set PORT`) ?? 1);
console.log(await app.listen({ host: "localhost", port: Number(PORT) }).catch(taken));
if (countersign.firstKey !== null) console.log(`API key: ${countersign.firstKey}`);
process.once("SIGTERM", () => app.close());

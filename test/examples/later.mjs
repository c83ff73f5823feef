// Loaded before an example: a signal sets the clock of its process five minutes ahead, as long as a code works.
import process from "node:process";

const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;
process.on("SIGUSR2", () => {
  ahead += 300_000;
  console.log(`later by ${ahead} ms`);
});

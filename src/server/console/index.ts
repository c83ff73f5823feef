export { type ConsoleCalls, createConsoleCalls } from "./calls.ts";
export { consolePages } from "./routes.ts";

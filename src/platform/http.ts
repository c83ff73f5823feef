import process from "node:process";

/**
 * Node's `node:http`. An `import` of it reads every export, also those that load `undici` (fetch, WebSocket), which costs
 * a fifth of the time of a command and is of no use to most of them.
 */
export const http = process.getBuiltinModule("node:http");

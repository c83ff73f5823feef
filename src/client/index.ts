/** The HTTP API as functions: for Node and the browser, without dependencies. */
export { type Client, createClient } from "./client.ts";
export { CountersignFault, type FaultCode } from "./fault.ts";
export type {
  CancelResult,
  CheckResult,
  ListResult,
  NextResult,
  ResendResult,
  SettleResult,
  StartResult,
} from "./results.ts";
export type { CallOptions, ClientOptions } from "./transport.ts";
export type * from "./verification.ts";

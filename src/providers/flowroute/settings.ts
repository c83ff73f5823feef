import type { Secret } from "../../secrets/index.ts";

/** The versions of its API. v2 has no receipts. */
export const flowrouteVersions = ["v2", "v2.1", "v2.2"] as const;
export type FlowrouteVersion = (typeof flowrouteVersions)[number];

/** An account at Flowroute. */
export interface FlowrouteSettings {
  readonly accessKey: string;
  readonly secretKey: Secret;
  /** The number of the account that messages come from, in E.164. */
  readonly from: string;
  readonly version: FlowrouteVersion;
  /** Without the version: `https://api.flowroute.com`. */
  readonly url: string;
}

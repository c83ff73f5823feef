import type { Service } from "../../tenants/index.ts";

/** What a service's account pages are open for. */
export type AccountOpening = "none" | "signIn" | "signUp";

/** Everybody may cost us a message there: so it is off unless it is switched on, or costs nothing. */
export function accountsOf({ settings }: Service, isSandbox: boolean): AccountOpening {
  return settings.page?.accounts ?? (isSandbox ? "signUp" : "none");
}

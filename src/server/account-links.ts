import { uuidv7 } from "../clock/index.ts";
import type { CheckSessionResult, EngineParts } from "../engine/index.ts";
import type { Instance } from "../instance/instance.ts";
import { open, SealBroken, type SealContext, seal } from "../secrets/index.ts";
import { accountsOf } from "./account/opening.ts";
import { isOwnPath, linkExpiresAt } from "./page-links.ts";

/** What a host application wants of the person whom it sends to the account pages. Nobody else can make or read one. */
export interface AccountLink {
  /** UUIDv7: its time is when the link was made. */
  readonly id: string;
  readonly tenantId: string;
  readonly serviceId: string;
  /** One that the service has registered; of an application around us, a path of its own. */
  readonly returnUrl: string;
  readonly state: string | null;
  readonly language: string | null;
  /** What a session must be to go back with; null where any is enough. */
  readonly demand: Demand | null;
}

/** How sure it must be who somebody is. */
export interface Demand {
  /** How long ago an authenticator may have been used at the most; null for whenever in the session it was. */
  readonly maxAgeSeconds: number | null;
  /** Whether a password on a trusted device is enough; never where an authenticator is to be fresh. */
  readonly allowTrustedDevices: boolean;
}

/** Whether a session, checked with the demand's `maxAgeSeconds`, is what was demanded. */
export function isMetBy(
  { allowTrustedDevices }: Pick<Demand, "allowTrustedDevices">,
  checked: CheckSessionResult,
): checked is Extract<CheckSessionResult, { readonly outcome: "active" }> {
  if (checked.outcome !== "active") return false;
  const { assurance, isOfTrustedDevice } = checked.session;
  return assurance.aal === 2 || (allowTrustedDevices && isOfTrustedDevice);
}

const context: SealContext = { table: "pages", column: "accountLink", row: "", tenant: "" };

/** The link as it stands in an address: sealed, so that it neither tells nor takes anything. */
export function writeAccountLink(parts: EngineParts, link: AccountLink): string {
  return seal(parts.keyring, parts.random, context, JSON.stringify(link));
}

/** Null for what we did not make, or what is too old. */
export function readAccountLink(parts: EngineParts, text: string): AccountLink | null {
  try {
    const link = JSON.parse(open(parts.keyring, context, text)) as AccountLink;
    return parts.clock.now() < linkExpiresAt(link.id) ? link : null;
  } catch (cause) {
    if (cause instanceof SealBroken) return null;
    throw cause;
  }
}

/** What an application around us says about the person it sends to our account pages. */
export interface OwnAccountLinkRequest {
  /** Id or name; by default the first. */
  readonly service: string | undefined;
  /** A path of the application. */
  readonly returnPath: string;
  readonly demand: Demand;
}

/**
 * What follows `/account/sign-in` in the address of somebody whom the application around us sends there.
 * @throws TypeError for what only the application can have got wrong
 */
export async function makeOwnAccountLink(
  { parts, tenant, sandbox }: Instance,
  { service: named, returnPath, demand }: OwnAccountLinkRequest,
): Promise<string> {
  const service = await parts.directory.service(tenant.id, named);
  if (service === undefined) throw new TypeError(`service: there is no service ${named}`);
  if (accountsOf(service, sandbox !== null) === "none") {
    throw new TypeError(
      `the account pages of the service ${service.name} are closed: set its page.accounts to signIn or signUp`,
    );
  }
  if (!isOwnPath(returnPath)) throw new TypeError("the way back is no path of this host");
  const link = writeAccountLink(parts, {
    id: uuidv7(parts.clock.now(), parts.random),
    tenantId: tenant.id,
    serviceId: service.id,
    returnUrl: returnPath,
    state: null,
    language: null,
    demand,
  });
  return `?link=${link}`;
}

import { uuidv7 } from "../clock/index.ts";
import type { Instance } from "../instance/instance.ts";
import { parsePhoneNumber } from "../numbers/index.ts";
import { isOwnPath, writeLink } from "./page-links.ts";

/** What an application around us says about the person it sends to our page. */
export interface OwnLinkRequest {
  /** Id or name; by default the first. */
  readonly service: string | undefined;
  readonly purpose: string;
  readonly subject: string | null;
  /** As the application has it; null where the person types a number. */
  readonly to: string | null;
  /** A path of the application. */
  readonly returnPath: string;
  readonly state: string;
}

/** What follows `/two-factor` in the address, and the number in E.164 that will be proved there. */
export interface OwnLink {
  readonly query: string;
  readonly to: string | null;
}

/**
 * A link to our page that leads back to the application around us. The path needs no registration: it is on the host
 * that the page is on, and nobody but the application can have sealed it.
 * @throws TypeError for what only the application can have got wrong
 */
export async function makeOwnLink({ parts, tenant }: Instance, request: OwnLinkRequest): Promise<OwnLink> {
  const { purpose, subject, state, returnPath } = request;
  const service = await parts.directory.service(tenant.id, request.service);
  if (service === undefined) throw new TypeError(`service: there is no service ${request.service}`);
  if (!isOwnPath(returnPath)) throw new TypeError("the way back is no path of this host");
  const to = request.to === null ? null : e164(request.to, parts.numberOverrides);
  const link = writeLink(parts, {
    id: uuidv7(parts.clock.now(), parts.random),
    tenantId: tenant.id,
    serviceId: service.id,
    purpose,
    subject,
    to,
    returnUrl: returnPath,
    state,
    language: null,
  });
  return { query: `?link=${link}`, to };
}

function e164(given: string, allow: Instance["parts"]["numberOverrides"]): string {
  const parsed = parsePhoneNumber(given, { allow });
  if (parsed.type === "parsed") return parsed.phoneNumber.e164;
  throw new TypeError(`to: the number of this session cannot be verified: ${parsed.detail}`);
}

import { uuidPattern } from "../../../clock/index.ts";
import type { Directory } from "../../../tenants/directory.ts";
import type { Service } from "../../../tenants/index.ts";
import { errors, refuse } from "./errors.ts";

/** What a service is called by: the id that it adopted, else its own. */
export function profileIdOf({ id, settings }: Service): string {
  return settings.adopted?.telnyxProfile ?? id;
}

export function isProfile({ settings }: Service): boolean {
  return settings.telnyx?.deletedAt === undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface Place {
  readonly pointer?: string;
  readonly parameter?: string;
}

/** The service that a caller means by a profile's id. */
export async function profileNamed(
  directory: Directory,
  tenantId: string,
  given: string,
  place: Place,
): Promise<Service> {
  if (!uuid.test(given)) return refuse(errors.id({ ...place, detail: "The id of a profile is a UUID." }));
  const id = given.toLowerCase();
  const services = await directory.services(tenantId);
  const found = services.find((one) => isProfile(one) && (profileIdOf(one) === id || one.id === id));
  return found ?? refuse(errors.notFound({ ...place, detail: "There is no such verify profile." }));
}

/** Whether a text can be the id of a verification of ours. */
export function isVerificationId(given: string): boolean {
  return uuidPattern.test(given);
}

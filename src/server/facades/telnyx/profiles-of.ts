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

/** Which service a tenant's caller meant by an id: a program has one profile, and names it with every request. */
const meant = new WeakMap<Directory, Map<string, string>>();
const meantMax = 1_024;

/** The service that a caller means by a profile's id. */
export function profileNamed(
  directory: Directory,
  tenantId: string,
  given: string,
  place: Place,
): Service | Promise<Service> {
  const serviceId = meant.get(directory)?.get(`${tenantId}/${given}`);
  const recent = serviceId === undefined ? undefined : directory.recentService(tenantId, serviceId);
  if (recent !== undefined && isProfile(recent) && (profileIdOf(recent) === given || recent.id === given)) {
    return recent;
  }
  return findProfile(directory, tenantId, given, place);
}

async function findProfile(
  directory: Directory,
  tenantId: string,
  given: string,
  place: Place,
): Promise<Service> {
  if (!uuid.test(given)) return refuse(errors.id({ ...place, detail: "The id of a profile is a UUID." }));
  const id = given.toLowerCase();
  const services = await directory.services(tenantId);
  const found = services.find((one) => isProfile(one) && (profileIdOf(one) === id || one.id === id));
  if (found === undefined) {
    return refuse(errors.notFound({ ...place, detail: "There is no such verify profile." }));
  }
  let known = meant.get(directory);
  if (known === undefined || known.size >= meantMax) {
    known = new Map();
    meant.set(directory, known);
  }
  known.set(`${tenantId}/${id}`, found.id);
  return found;
}

/** Whether a text can be the id of a verification of ours. */
export function isVerificationId(given: string): boolean {
  return uuidPattern.test(given);
}

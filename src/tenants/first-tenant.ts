import { key, type Store } from "../store/index.ts";
import type { Tenant } from "./records.ts";

const metaName = "first_tenant";

/**
 * The tenant that came with the installation, whose keys administer all others; undefined before it is made. Written
 * down the first time: ids carry the time of a clock, and a clock that was set back must not make another tenant the
 * first.
 */
export async function firstTenant(store: Store): Promise<Tenant | undefined> {
  const known = await store.readMeta(metaName);
  if (known !== undefined) return await store.get(key("tenant", known));
  const [oldest] = await store.tenants();
  if (oldest !== undefined) await store.writeMeta(metaName, oldest.id);
  return oldest;
}

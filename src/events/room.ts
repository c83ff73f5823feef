import { createShares } from "../platform/shares.ts";
import type { Endpoint } from "./records.ts";

const inFlightMax = 128;
/** An endpoint that hangs must not take all the room. */
export const perEndpointMax = 8;
const perFailingEndpointMax = 1;

/** How many posts are under way, in all, of each tenant and of each endpoint, and who was left waiting since the last look. */
export interface Room {
  /** Where there is none, the end of what takes it is a reason to look again. */
  isFor(endpoint: Endpoint): boolean;
  enter(endpoint: Endpoint): void;
  /** Whether somebody who waited has room now. One that hangs has nobody look at the ends of others. */
  leave(endpoint: Endpoint): boolean;
  /** Before a look, which finds all who wait. */
  forgetWaiting(): void;
}

/** With nothing under way. */
export function createRoom(): Room {
  const tenants = createShares(inFlightMax);
  const endpoints = createShares(inFlightMax);
  const waitingEndpoints = new Set<string>();
  const waitingTenants = new Set<string>();
  return {
    isFor({ id, tenantId, failingSince }: Endpoint): boolean {
      const max = failingSince === null ? perEndpointMax : perFailingEndpointMax;
      if (endpoints.of(id) >= max) {
        waitingEndpoints.add(id);
        return false;
      }
      if (tenants.hasRoomFor(tenantId)) return true;
      waitingTenants.add(tenantId);
      return false;
    },
    enter({ id, tenantId }: Endpoint): void {
      tenants.enter(tenantId);
      endpoints.enter(id);
    },
    leave({ id, tenantId }: Endpoint): boolean {
      tenants.leave(tenantId);
      endpoints.leave(id);
      return waitingEndpoints.has(id) || [...waitingTenants].some(tenants.hasRoomFor);
    },
    forgetWaiting(): void {
      waitingEndpoints.clear();
      waitingTenants.clear();
    },
  };
}

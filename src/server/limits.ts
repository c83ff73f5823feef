import ipaddr from "ipaddr.js";

/** How many requests pass. A rate of 0 sets no limit. */
export interface LimitSettings {
  readonly keyRequestsPerSecond: number;
  readonly addressRequestsPerSecond: number;
  readonly addressFailuresPerMinute: number;
}

/** What is left of a quota, as the `RateLimit` headers tell it (W-5). */
export interface Quota {
  readonly isExceeded: boolean;
  /** `"key";q=2000;w=2` */
  readonly policy: string;
  /** `"key";r=1999;t=1` */
  readonly state: string;
  /** When a refused request may be repeated. */
  readonly retryAt: number;
}

/** Counters in memory, bounded and approximate: what they forget they forget in the caller's favour. */
export interface RequestLimits {
  /** Counts one request of a key; null where nothing is limited. */
  ofKey(keyId: string, now: number): Quota | null;
  /** Counts one request of an address; null while it may go on. */
  ofAddress(address: string, now: number): Quota | null;
  /** Counts one request without a valid key; null while the address may go on trying. */
  ofFailure(address: string, now: number): Quota | null;
}

/** How a client is called whose address nobody knows. */
export const unknownAddress = "unknown";
const burstSeconds = 2;
/** A site's /48 holds 65,536 networks of one customer each: more than one of them may be busy (W-6). */
const siteFactor = 16;

export function createRequestLimits(settings: LimitSettings): RequestLimits {
  const keys = bucketsFor("key", settings.keyRequestsPerSecond, burstSeconds);
  const requests = networkBuckets("address", settings.addressRequestsPerSecond, burstSeconds);
  const failures = networkBuckets("failures", settings.addressFailuresPerMinute / 60, 60);
  return {
    ofKey: (keyId, now) => keys?.take(keyId, now) ?? null,
    ofAddress: requests,
    ofFailure: failures,
  };
}

/** Per network, and for IPv6 per site as well. */
function networkBuckets(
  name: string,
  ratePerSecond: number,
  seconds: number,
): (address: string, now: number) => Quota | null {
  const narrow = bucketsFor(name, ratePerSecond, seconds);
  const wide = bucketsFor(`${name}-site`, ratePerSecond * siteFactor, seconds);
  if (narrow === null || wide === null) return () => null;
  return (address, now) => {
    // Of a host that does not say: together, they would close the door on each other.
    if (address === unknownAddress) return null;
    if (!address.includes(":")) return narrow.refuse(address, now);
    const { network, site } = networkOf(address);
    return narrow.refuse(network, now) ?? (site === null ? null : wide.refuse(site, now));
  };
}

function bucketsFor(name: string, ratePerSecond: number, seconds: number): Buckets | null {
  return ratePerSecond === 0 ? null : new Buckets(name, ratePerSecond, Math.max(1, ratePerSecond * seconds));
}

interface Bucket {
  level: number;
  at: number;
}

const bucketsMax = 16_384;

/** Buckets that refill with time. Two generations of them: the older one goes when the younger one is full. */
export class Buckets {
  readonly #name: string;
  readonly #ratePerMs: number;
  readonly #burst: number;
  readonly #policy: string;
  #young = new Map<string, Bucket>();
  #old = new Map<string, Bucket>();

  constructor(name: string, ratePerSecond: number, burst: number) {
    this.#name = name;
    this.#ratePerMs = ratePerSecond / 1_000;
    this.#burst = burst;
    this.#policy = `"${name}";q=${Math.floor(burst)};w=${Math.ceil(burst / ratePerSecond)}`;
  }

  /** How many are remembered: never more than twice the size of a generation. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Counts one, and says what is left. */
  take(id: string, now: number): Quota {
    const bucket = this.#filled(id, now);
    const isExceeded = bucket.level < 1;
    if (!isExceeded) bucket.level -= 1;
    return this.#quota(bucket, isExceeded, now);
  }

  /** Counts one, and says something only if it is one too many. */
  refuse(id: string, now: number): Quota | null {
    const bucket = this.#filled(id, now);
    if (bucket.level < 1) return this.#quota(bucket, true, now);
    bucket.level -= 1;
    return null;
  }

  #filled(id: string, now: number): Bucket {
    const bucket = this.#young.get(id) ?? this.#remember(id, now);
    // A clock that stepped back takes nothing away and gives nothing.
    if (now > bucket.at) {
      bucket.level = Math.min(this.#burst, bucket.level + (now - bucket.at) * this.#ratePerMs);
      bucket.at = now;
    }
    return bucket;
  }

  #remember(id: string, now: number): Bucket {
    const bucket = this.#old.get(id) ?? { level: this.#burst, at: now };
    if (this.#young.size >= bucketsMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, bucket);
    return bucket;
  }

  #quota(bucket: Bucket, isExceeded: boolean, now: number): Quota {
    const untilFullSeconds = Math.ceil((this.#burst - bucket.level) / (this.#ratePerMs * 1_000));
    const waitMs = isExceeded ? Math.ceil((1 - bucket.level) / this.#ratePerMs) : 0;
    return {
      isExceeded,
      policy: this.#policy,
      state: `"${this.#name}";r=${Math.floor(bucket.level)};t=${untilFullSeconds}`,
      retryAt: now + waitMs,
    };
  }
}

interface Network {
  readonly network: string;
  readonly site: string | null;
}

const networksMax = 4_096;
let youngNetworks = new Map<string, Network>();
let oldNetworks = new Map<string, Network>();

/** The /64 and the /48 of an IPv6 address; an IPv4 address in IPv6 clothes is itself (W-6). */
export function networkOf(address: string): Network {
  const known = youngNetworks.get(address);
  if (known !== undefined) return known;
  const network = oldNetworks.get(address) ?? readNetwork(address);
  if (youngNetworks.size >= networksMax) {
    oldNetworks = youngNetworks;
    youngNetworks = new Map();
  }
  youngNetworks.set(address, network);
  return network;
}

function readNetwork(address: string): Network {
  if (!ipaddr.isValid(address)) return { network: "unknown", site: null };
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return { network: parsed.toString(), site: null };
  const parts = parsed.parts.map((part) => part.toString(16));
  return { network: `${parts.slice(0, 4).join(":")}/64`, site: `${parts.slice(0, 3).join(":")}/48` };
}

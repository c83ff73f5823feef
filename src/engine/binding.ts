import { bindingDigest, type Keyring } from "../secrets/index.ts";

/**
 * A binding that a whole API shares, because its callers know numbers and ids alone. It keeps what was started there to
 * that API. It is no secret, and says nothing about who comes: whoever succeeded under it is not known by it, or a
 * stranger would find a reserve of guesses on every number that was ever verified.
 */
export const sharedBindingPrefix = "facade.";

export function isShared(binding: string | undefined): boolean {
  return binding?.startsWith(sharedBindingPrefix) === true;
}

/** What a code of an enrolled phone or address is bound to, before its id: no caller gives a binding of this form. */
export const authenticatorBindingPrefix = "authenticator:";

export function isOfAuthenticator(binding: string | undefined): boolean {
  return binding?.startsWith(authenticatorBindingPrefix) === true;
}

const digests = new WeakMap<Keyring, Map<string, string>>();
const digestsMax = 1_024;

/** The keyed digest of a caller's binding; null for none. Shared ones are few, and digested once. */
export function digestOfBinding(
  keyring: Keyring,
  tenantId: string,
  binding: string | undefined,
): string | null {
  if (binding === undefined) return null;
  if (!isShared(binding)) return bindingDigest(keyring, tenantId, "binding", binding);
  let known = digests.get(keyring);
  if (known === undefined || known.size >= digestsMax) {
    known = new Map();
    digests.set(keyring, known);
  }
  const name = `${tenantId}/${binding}`;
  const digest = known.get(name) ?? bindingDigest(keyring, tenantId, "binding", binding);
  known.set(name, digest);
  return digest;
}

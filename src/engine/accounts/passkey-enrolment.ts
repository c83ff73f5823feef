import type { Authenticator } from "../../accounts/index.ts";
import { type CreationOptions, creationOptions, requirePasskeys } from "../../authenticators/index.ts";
import { userHandle } from "../../secrets/index.ts";
import { add, type Enrol, type EnrolRefused } from "./enrolment.ts";
import { newBase } from "./new-authenticator.ts";
import { type AccountParts, holderDigest, requireRelyingParty, shownName } from "./parts.ts";
import { newRequest, passkeysOf } from "./passkeys.ts";
import { findSubscriber } from "./subscribers.ts";
import type { AuthenticatorView } from "./views.ts";

export type EnrolPasskey = Enrol & {
  /** What the browser shows the person as their name; without it, the name they were created with. */
  readonly displayName?: string | undefined;
  /** The application's word for the session that enrols: only that one may confirm it. */
  readonly binding?: string | undefined;
};

export type EnrolPasskeyResult =
  | {
      readonly outcome: "enrolled";
      readonly authenticator: AuthenticatorView;
      /** For `navigator.credentials.create` of the browser, within five minutes. */
      readonly options: CreationOptions;
    }
  | EnrolRefused;

/** Asks for a new passkey. It is used only once the browser's answer was confirmed. */
export async function enrolPasskey(parts: AccountParts, request: EnrolPasskey): Promise<EnrolPasskeyResult> {
  const relyingParty = requireRelyingParty(parts);
  await requirePasskeys();
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const { id, tenantId } = subscriber;
  const base = newBase(parts, request.label, "Passkey");
  const binding =
    request.binding === undefined ? null : holderDigest(parts, tenantId, "binding", request.binding);
  const asked = newRequest(parts, binding, base.createdAt);
  const row: Authenticator = { ...base, type: "passkey", request: asked, credential: null };
  const added = await add(parts, id, row, request.stepUp);
  if (added.outcome !== "enrolled") return added;
  const name = shownName(parts, subscriber) ?? id;
  const options = creationOptions({
    relyingParty,
    challenge: asked.challenge,
    user: { id: userHandle(parts.keyring, id), name, displayName: request.displayName ?? name },
    existing: passkeysOf(subscriber, base.createdAt),
  });
  return { ...added, options };
}

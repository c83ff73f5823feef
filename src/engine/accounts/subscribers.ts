import { nameRow, newSubscriber, type Subscriber } from "../../accounts/index.ts";
import { missingSecretOf, parsePasswordHash } from "../../authenticators/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { parseLocale } from "../../delivery/index.ts";
import { type Key, key, type Rows, type Write } from "../../store/index.ts";
import { judge, type PasswordRefused } from "./new-password.ts";
import { type AccountParts, canonicalName, contextOf, nameIdOf, newName, sealed } from "./parts.ts";
import { type SubscriberView, toSubscriberView } from "./views.ts";

export interface CreateSubscriber {
  readonly tenantId: string;
  /** A user name, or the application's own id of the person: unique, whatever its case. */
  readonly name: string;
  /** Absent where the application checks passwords itself. */
  readonly password?: string | undefined;
  /** A hash from elsewhere, instead: it is made anew when its owner signs in. */
  readonly passwordHash?: string | undefined;
  /** Whether a password alone never signs in. Default true; without it, passwords are longer. */
  readonly mustHaveSecond?: boolean | undefined;
  /** BCP 47: in which language they get codes and notices. Default: that of the service. */
  readonly locale?: string | undefined;
}

export type CreateResult =
  | { readonly outcome: "created"; readonly subscriber: SubscriberView }
  | { readonly outcome: "nameTaken" }
  | { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string }
  | PasswordRefused;

/** What is written together with a new subscriber, under the same locks. */
export interface BesideCreation {
  readonly keys: readonly Key[];
  writes(rows: Rows, made: Pick<SubscriberView, "id" | "name">, now: number): readonly Write[];
}

const nothingMore: BesideCreation = { keys: [], writes: () => [] };

export async function createSubscriber(
  parts: AccountParts,
  request: CreateSubscriber,
  beside: BesideCreation = nothingMore,
): Promise<CreateResult> {
  const { tenantId, password, passwordHash } = request;
  const name = newName(request.name);
  if (name === null)
    return invalid("name", "must be 1 to 128 characters, none of them invisible, and no two spaces in a row");
  if (password !== undefined && passwordHash !== undefined) {
    return invalid("passwordHash", "give a password or a hash of one, not both");
  }
  const wrongHash = passwordHash === undefined ? null : hashProblem(parts, passwordHash);
  if (wrongHash !== null) return invalid("passwordHash", wrongHash);
  const locale = request.locale === undefined ? undefined : parseLocale(request.locale);
  if (locale === null) return invalid("locale", "must be a language tag such as de or pt-BR");
  const mustHaveSecond = request.mustHaveSecond ?? true;
  const problem = password === undefined ? null : await judge(parts, password, name, mustHaveSecond);
  if (problem !== null) return { outcome: "passwordRefused", problem };
  const hash = password === undefined ? (passwordHash ?? null) : await parts.hasher.hash(password);
  return await put(parts, { tenantId, name, hash, mustHaveSecond, locale }, beside);
}

/** What is wrong with a hash from elsewhere; null for one that can be imported. */
function hashProblem({ keyring }: AccountParts, text: string): string | null {
  const hash = parsePasswordHash(text);
  if (hash === null)
    return "must be argon2id, scrypt, bcrypt or PBKDF2 as their libraries write them, at a usual cost";
  const missingId = missingSecretOf(keyring, hash);
  if (missingId === null) return null;
  return `was made under the master secret ${missingId}, which is not here: add it to COUNTERSIGN_SECRET as a former secret`;
}

function invalid(field: string, detail: string): CreateResult {
  return { outcome: "requestInvalid", field, detail };
}

interface NewRow {
  readonly tenantId: string;
  readonly name: string;
  readonly hash: string | null;
  readonly mustHaveSecond: boolean;
  readonly locale: string | undefined;
}

async function put(
  parts: AccountParts,
  { tenantId, name, hash, mustHaveSecond, locale }: NewRow,
  beside: BesideCreation,
): Promise<CreateResult> {
  const nameKey = key("subscriberName", nameIdOf(parts, tenantId, name));
  const id = uuidv7(parts.clock.now(), parts.random);
  const sealedName = sealed(parts, contextOf("name", id, tenantId), name);
  const subscriberKey = key("subscriber", id);
  return await parts.decide<CreateResult>([nameKey, subscriberKey, ...beside.keys], (rows, now) => {
    const found = rows.get(nameKey) ?? nameRow(nameKey.id, tenantId, now);
    if (found.subscriberId !== null) return { writes: [], result: { outcome: "nameTaken" } };
    const fields = { id, tenantId, nameId: nameKey.id, sealedName, password: hash, mustHaveSecond };
    const subscriber = newSubscriber({ ...fields, ...(locale === undefined ? {} : { locale }) }, now);
    return {
      writes: [
        { table: "subscriberName", id: nameKey.id, row: { ...found, subscriberId: id, lastSeenAt: now } },
        { table: "subscriber", id, row: subscriber },
        ...beside.writes(rows, { id, name }, now),
      ],
      result: { outcome: "created", subscriber: toSubscriberView(parts, subscriber) },
    };
  });
}

/** Which subscriber: by our id, or by the name it was created with. */
export type SubscriberRef = { readonly tenantId: string } & (
  | { readonly subscriberId: string; readonly name?: undefined }
  | { readonly name: string; readonly subscriberId?: undefined }
);

/** The committed row; undefined where this tenant has none. */
export async function findSubscriber(
  parts: AccountParts,
  ref: SubscriberRef,
): Promise<Subscriber | undefined> {
  let id = ref.subscriberId;
  if (id === undefined) {
    const name = canonicalName(ref.name ?? "");
    if (name === null) return undefined;
    const row = await parts.store.get(key("subscriberName", nameIdOf(parts, ref.tenantId, name)));
    id = row?.subscriberId ?? undefined;
  }
  const row = id === undefined ? undefined : await parts.store.get(key("subscriber", id));
  return row?.tenantId === ref.tenantId ? row : undefined;
}

export async function getSubscriber(parts: AccountParts, ref: SubscriberRef): Promise<SubscriberView | null> {
  const row = await findSubscriber(parts, ref);
  return row === undefined ? null : toSubscriberView(parts, row);
}

export async function listSubscribers(
  parts: AccountParts,
  query: { readonly tenantId: string; readonly after?: string | undefined; readonly limit: number },
): Promise<readonly SubscriberView[]> {
  const { after, ...rest } = query;
  const rows = await parts.store.subscribers(after === undefined ? rest : { ...rest, after });
  return rows.map((row) => toSubscriberView(parts, row));
}

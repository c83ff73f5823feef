import { createTally, isOfAuthenticator, type Tally } from "../engine/index.ts";
import { type Instance, openInstance } from "../instance/instance.ts";
import { StartRefused, toStartRefused } from "../instance/start-refused.ts";
import type { PhoneMessage } from "../providers/sandbox/index.ts";
import { type AccountVerbs, accountVerbs } from "./accounts.ts";
import { backUp } from "./backup.ts";
import { type CountersignEvent, createEvents, type Events, type Listener } from "./events.ts";
import { type DescribeResult, describe } from "./number.ts";
import { type CountersignOptions, inOptionNames, readOptions } from "./options.ts";
import {
  type CheckRequest,
  idOf,
  requireBinding,
  requireRecipient,
  type SettleRequest,
  type StartRequest,
  startProblem,
  typed,
  type VerificationRequest,
} from "./requests.ts";
import {
  type CancelResult,
  type CheckResult,
  type SendResult,
  type SettleResult,
  type StartResult,
  toResult,
} from "./results.ts";
import { toDetails, type VerificationDetails } from "./verification.ts";

/** The virtual phones: where messages go while there is no carrier. */
export interface VirtualPhones {
  /** What arrived at a number in E.164 form, newest first. */
  messages(number: string): readonly PhoneMessage[];
  clear(number?: string): void;
}

/**
 * Phone verification inside your own process. What a person may do wrong is an outcome; what throws is a fault of the
 * storage (`StorageUnavailable`: nothing was acknowledged, try again) or a mistake in the call (`TypeError`).
 */
export interface Countersign extends AccountVerbs {
  /**
   * Starts a verification and sends its code: the promise resolves when both are on the disk, not when the carrier
   * has answered.
   * @example
   * const started = await countersign.start({ to: "+14155550123", binding: session.id });
   * if (started.outcome === "started") session.verification = started.verification.id;
   */
  start(request: StartRequest): Promise<StartResult>;
  /**
   * Compares a code that a person typed. Only `approved` lets them in. `to` is what you believe you verify, from your
   * session: another number, binding, subject, amount or payee than at the start counts as a wrong code or finds nothing.
   * @example
   * const result = await countersign.check({ id, to, code, binding: session.id });
   * if (result.outcome === "codeMismatch") tell(`Wrong code, ${result.checksLeft} left`);
   * @throws TypeError without `to`
   */
  check(request: CheckRequest): Promise<CheckResult>;
  /**
   * Sends again on the current step: the same code while it works, then a new one.
   * @example
   * const sent = await countersign.resend({ id, binding: session.id });
   * if (sent.outcome === "resendTooSoon") waitUntil(sent.retryAt);
   */
  resend(request: VerificationRequest): Promise<SendResult>;
  /**
   * Takes the next step now: "call me instead".
   * @example
   * const sent = await countersign.next({ id, binding: session.id });
   */
  next(request: VerificationRequest): Promise<SendResult>;
  /**
   * Ends a verification: from here on no code is accepted, and what was not sent yet stays unsent.
   * @example
   * await countersign.cancel({ id, binding: session.id });
   */
  cancel(request: VerificationRequest): Promise<CancelResult>;
  /**
   * Settles what you verified in another way, by hand or by another proof.
   * @example
   * await countersign.settle({ id, status: "approved" });
   */
  settle(request: SettleRequest): Promise<SettleResult>;
  /**
   * A verification as it is now, with its deliveries and checks and without its code; null where there is none, or it
   * was started with another binding.
   * @example
   * const found = await countersign.get({ id, binding: session.id });
   */
  get(request: VerificationRequest): Promise<VerificationDetails | null>;
  /**
   * A number as a person wrote it: its forms, its kind, and whether a code would be sent to it now. Nothing is sent.
   * @example
   * const found = await countersign.describe("+1 (415) 555-0123");
   * if (found.outcome === "described" && !found.number.sms.allowed) offerACall();
   */
  describe(number: string): Promise<DescribeResult>;
  /**
   * Calls `listener` after each commit that changed something of this kind, in this process. What it returns ends that.
   * A listener that throws is logged and disturbs nobody.
   * @example
   * const stop = countersign.on("settled", ({ verification }) => count(verification.status));
   */
  on<E extends CountersignEvent>(event: E, listener: Listener<E>): () => void;
  /** Null where a real carrier sends. */
  readonly phones: VirtualPhones | null;
  /** The first API key, for a mounted API: only when it was made just now, and never again. */
  readonly firstKey: string | null;
  /** Does now what is due, and resolves when it is done: for tests that turn a clock. */
  tick(): Promise<void>;
  /**
   * Writes what the data folder holds into a new file that only its owner reads, while everything goes on: the state after one
   * commit, without the master secret. The file appears when it is complete.
   * @example
   * await countersign.backup("/mnt/backup/monday.db");
   * @throws TypeError where the file exists already, and with PostgreSQL, which has tools of its own
   */
  backup(file: string): Promise<void>;
  /**
   * Finishes what is under way and lets go of the data folder. What was not sent yet is sent by the next to open it.
   * Every further call throws `StorageUnavailable`.
   */
  close(): Promise<void>;
}

/**
 * Opens a data folder (or a database) and starts to work on it. It prints nothing, handles no signals and keeps nothing
 * outside the object it gives back: close that when your process ends.
 *
 * A folder belongs to one instance at a time, in this process or another. Who comes second waits for `lockWaitMs`, so
 * that a restart or a hot reload takes over from its predecessor.
 * @example
 * const countersign = await createCountersign({ data: "./data" });
 * @throws StartRefused: `settings_invalid` for options, `data_folder_in_use`, `data_folder_unusable`, `data_unreadable`,
 * `database_unusable`, `secret_invalid`
 */
export async function createCountersign(options: CountersignOptions = {}): Promise<Countersign> {
  const read = readOptions(options);
  const events = createEvents();
  const tally = createTally();
  try {
    const instance = await openInstance({ ...read, watch: events.watch, meter: tally });
    instance.engine.run();
    return countersignOf(instance, events, tally);
  } catch (cause) {
    const refused = toStartRefused(cause, read.folder, read.databaseUrl === null);
    if (!(refused instanceof StartRefused)) throw refused;
    throw new StartRefused(refused.code, inOptionNames(refused.message), { cause });
  }
}

/** What mounts need and those who embed it do not. */
interface Insides {
  readonly instance: Instance;
  readonly tally: Tally;
  readonly closers: (() => void)[];
}

const insides = new WeakMap<Countersign, Insides>();

/** @throws TypeError for what `createCountersign` did not make */
export function instanceOf(countersign: Countersign): Instance {
  return insidesOf(countersign).instance;
}

/** What its engine has counted. */
export function tallyOf(countersign: Countersign): Tally {
  return insidesOf(countersign).tally;
}

/** Ends what stands on the instance, before the instance ends. */
export function whenClosed(countersign: Countersign, close: () => void): void {
  insidesOf(countersign).closers.push(close);
}

function insidesOf(countersign: Countersign): Insides {
  const found = insides.get(countersign);
  if (found !== undefined) return found;
  throw new TypeError(
    "give what `await createCountersign()` resolved with, from the same copy of the package",
  );
}

/** The library around an instance that runs. */
// house: size: the verbs, a line or two each
export function countersignOf(
  instance: Instance,
  events: Events = createEvents(),
  tally: Tally = createTally(),
): Countersign {
  const { engine, parts, tenant, sandbox } = instance;
  events.openWith(parts);
  const tenantId = tenant.id;
  const continuation = ({ id, binding }: VerificationRequest): VerificationRequest & { tenantId: string } => {
    requireBinding(binding);
    return { tenantId, id: idOf(isOfAuthenticator(binding) ? undefined : id), binding };
  };
  let closing: Promise<void> | null = null;
  const closers: (() => void)[] = [];
  const countersign: Countersign = {
    ...accountVerbs(instance.accounts, tenantId),
    async start(request) {
      const problem = startProblem(request);
      if (problem !== null) return { outcome: "requestInvalid", ...problem, verification: null };
      return toResult(await engine.start({ ...request, to: typed(request.to), tenantId }));
    },
    async check(request) {
      const { subject, amount, payee } = request;
      const to = requireRecipient(request.to);
      const code = typed(request.code);
      return toResult(await engine.check({ ...continuation(request), to, code, subject, amount, payee }));
    },
    resend: async (request) => toResult(await engine.resend(continuation(request))),
    next: async (request) => toResult(await engine.next(continuation(request))),
    cancel: async (request) => toResult(await engine.cancel(continuation(request))),
    async settle(request) {
      const { status } = request;
      if (status !== "approved" && status !== "canceled") {
        throw new TypeError("settle: `status` must be approved or canceled");
      }
      return toResult(await engine.settle({ ...continuation(request), status }));
    },
    async get(request) {
      const found = await engine.get(continuation(request));
      return found === null ? null : toDetails(found);
    },
    describe: (number) => describe(instance, typed(number)),
    on: (event, listener) => events.on(event, listener),
    phones: sandbox?.phones ?? null,
    firstKey: instance.firstKey?.key ?? null,
    tick: () => engine.tick(),
    backup: (file) => backUp(parts, file),
    close() {
      for (const close of closers.splice(0)) close();
      closing ??= instance.close().finally(() => events.close());
      return closing;
    },
  };
  insides.set(countersign, { instance, tally, closers });
  return countersign;
}

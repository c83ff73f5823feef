import { type AccountOperation, accountOutcomes, accountRefusals } from "./account-refusals.ts";
import { type AccountCalls, accountCalls } from "./accounts.ts";
import { administration } from "./administration.ts";
import type { Administration } from "./administration-calls.ts";
import { bindingHeader, type Call, partOf, queryOf } from "./call.ts";
import type { PageRequest } from "./pages.ts";
import {
  type CancelResult,
  type CheckResult,
  type DescribeResult,
  type EraseResult,
  type ListResult,
  type NextResult,
  type Operation,
  type OptInResult,
  outcomes,
  type PageResult,
  type RedeemResult,
  type ResendResult,
  refusals,
  type SettleResult,
  type StartResult,
  type UnlockResult,
} from "./results.ts";
import { type Asked, type CallOptions, type ClientOptions, createTransport, type Json } from "./transport.ts";
import type {
  CheckRequest,
  ListRequest,
  SettleRequest,
  StartRequest,
  VerificationDetails,
  VerificationRequest,
} from "./verification.ts";

/**
 * The verbs of a Countersign server. Refusals are outcomes with the names that the library has; what throws is a
 * `CountersignFault`, after retries that neither send nor count twice.
 */
export interface Client extends Administration, AccountCalls {
  /**
   * Starts a verification.
   * @example
   * const started = await client.start({ to: "+14155550123", binding: session.id });
   */
  start(request: StartRequest, options?: CallOptions): Promise<StartResult>;
  /**
   * Compares a code: only `approved` lets a person in.
   * @example
   * const result = await client.check({ id, to, code, binding: session.id });
   */
  check(request: CheckRequest, options?: CallOptions): Promise<CheckResult>;
  /** Sends again on the current step. */
  resend(request: VerificationRequest, options?: CallOptions): Promise<ResendResult>;
  /** Takes the next step now. */
  next(request: VerificationRequest, options?: CallOptions): Promise<NextResult>;
  /** Ends a verification; one that is canceled already stays it. */
  cancel(request: VerificationRequest, options?: CallOptions): Promise<CancelResult>;
  /** Settles what was verified in another way; the key needs its scope. */
  settle(request: SettleRequest, options?: CallOptions): Promise<SettleResult>;
  /** With deliveries and checks; null where there is none that this caller may see. */
  get(request: VerificationRequest, options?: CallOptions): Promise<VerificationDetails | null>;
  /** A page, newest first. */
  list(request?: ListRequest, options?: CallOptions): Promise<ListResult>;
  /**
   * Makes a link to the verification page.
   * @example
   * const made = await client.page({ returnUrl, state: session.state, subject: session.userId, purpose: "login" });
   * if (made.outcome === "made") response.redirect(made.page.url);
   */
  page(request: PageRequest, options?: CallOptions): Promise<PageResult>;
  /**
   * Redeems what came back from the page: once, within a minute of the approval.
   * @example
   * const result = await client.redeem(ticket);
   * const isProved = result.outcome === "redeemed" && result.proof.subject === session.userId;
   */
  redeem(ticket: string, options?: CallOptions): Promise<RedeemResult>;
  /** What a number is, and whether a code would be sent to it now. Nothing is sent. */
  describe(number: string, options?: CallOptions): Promise<DescribeResult>;
  /** Opens a number early that too many wrong codes have locked. */
  unlock(number: string, options?: CallOptions): Promise<UnlockResult>;
  /** Sends texts again to a number that answered STOP, when its person said so in another way. */
  optIn(number: string, options?: CallOptions): Promise<OptInResult>;
  /** Removes everything about a number, verifications that are pending included. */
  erase(number: string, options?: CallOptions): Promise<EraseResult>;
}

/**
 * A client of one server, with one key. Nothing is sent until a call is made.
 * @example
 * const client = createClient({ url: "https://verify.example.com", key });
 * @throws TypeError for an address, a key or a number that cannot be meant
 */
export function createClient(options: ClientOptions): Client {
  const send = createTransport(options);

  const call: Call = async <R>(
    operation: Operation | AccountOperation,
    asked: Asked,
    succeeded: (status: number, body: Json) => object,
  ): Promise<R> => {
    const codes: readonly string[] = { ...refusals, ...accountRefusals }[operation];
    const { status, body } = await send(asked, (code) => codes.includes(code));
    return (status < 400 ? succeeded(status, body) : refused(body)) as R;
  };

  function post<R>(
    operation: Operation,
    verb: string,
    { id, ...body }: VerificationRequest,
    more: CallOptions | undefined,
    outcome: string,
  ): Promise<R> {
    const path = `${pathOf(id)}/${verb}`;
    return call(operation, { ...more, method: "POST", path, body }, (_status, verification) => ({
      outcome,
      verification,
    }));
  }

  return {
    start: (body, more) =>
      call(
        "startVerification",
        { ...more, method: "POST", path: "/verifications", body },
        (status, verification) => ({ outcome: status === 201 ? "started" : "continued", verification }),
      ),
    check: (request, more) => post("checkVerification", "check", request, more, "approved"),
    resend: (request, more) => post("resendVerification", "resend", request, more, "sent"),
    next: (request, more) => post("advanceVerification", "next", request, more, "sent"),
    settle: (request, more) => post("settleVerification", "settle", request, more, request.status),
    cancel: (request, more) =>
      call("cancelVerification", { ...more, ...named("DELETE", request) }, (_status, verification) => ({
        outcome: "canceled",
        verification,
      })),
    async get(request, more) {
      const found = await call<Json>(
        "getVerification",
        { ...more, ...named("GET", request) },
        (_status, body) => body,
      );
      return found["outcome"] === "notFound" ? null : (found as unknown as VerificationDetails);
    },
    ...pagesAndNumbers(call),
    ...accountCalls(call),
    ...administration(call),
    list: (request, more) => {
      const path = `/verifications${queryOf(request)}`;
      return call("listVerifications", { ...more, method: "GET", path }, (_status, list) => ({
        outcome: "listed",
        list,
      }));
    },
  };
}

function pagesAndNumbers(
  call: Call,
): Pick<Client, "page" | "redeem" | "describe" | "unlock" | "optIn" | "erase"> {
  return {
    page: (body, more) =>
      call("createPage", { ...more, method: "POST", path: "/pages", body }, (_status, page) => ({
        outcome: "made",
        page,
      })),
    redeem: (ticket, more) => {
      const asked = { ...more, method: "POST", path: "/tickets/redeem", body: { ticket } } as const;
      return call("redeemTicket", asked, (_status, proof) => ({ outcome: "redeemed", proof }));
    },
    describe: (number, more) =>
      call("getNumber", { ...more, method: "GET", path: numberPath(number) }, (_status, described) => ({
        outcome: "described",
        number: described,
      })),
    unlock: (number, more) =>
      call("unlockNumber", { ...more, method: "DELETE", path: `${numberPath(number)}/lock` }, () => ({
        outcome: "unlocked",
      })),
    optIn: (number, more) =>
      call("optNumberIn", { ...more, method: "DELETE", path: `${numberPath(number)}/opt-out` }, () => ({
        outcome: "optedIn",
      })),
    erase: (number, more) =>
      call("eraseNumber", { ...more, method: "DELETE", path: numberPath(number) }, (_status, erased) => ({
        outcome: "erased",
        erased,
      })),
  };
}

function pathOf(id: string): string {
  return `/verifications/${partOf(id)}`;
}

function numberPath(number: string): string {
  return `/numbers/${partOf(number)}`;
}

function named(method: "GET" | "DELETE", { id, binding }: VerificationRequest): Asked {
  return { method, path: pathOf(id), headers: bindingHeader(binding) };
}

/** What a problem says beside its code, where it does. */
const told = [
  ...["reason", "field", "limit", "checksLeft", "verificationId", "retryAt"],
  ...["least", "most", "pending", "challengeId", "challengeStatus", "authenticators", "subscriberId"],
];

const names: Readonly<Record<string, string>> = { ...outcomes, ...accountOutcomes };

function refused(body: Json): object {
  const { code, detail, verificationStatus: status } = body;
  const said = { ...Object.fromEntries(told.map((name) => [name, body[name]])), status };
  const fields = Object.entries(said).filter(([, value]) => value !== undefined);
  return { outcome: names[String(code)], detail, ...Object.fromEntries(fields) };
}

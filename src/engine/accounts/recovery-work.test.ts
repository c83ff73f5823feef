import { describe, expect, test } from "vitest";
import { type Ada, ada } from "../../../test/support/ada.ts";
import type { Store } from "../../store/index.ts";
import { createDirectory } from "../../tenants/directory.ts";
import { createEngine } from "../index.ts";
import { type Accounts, createAccounts } from "./index.ts";

/** What an answer costs: slow hashes, each of which begins with the pepper, and calls of the store by verb. */
type Work = Readonly<Record<string, number>>;

/** Ada’s verbs, with whatever they do counted. */
function counted({ one }: Ada): {
  readonly accounts: Accounts;
  /** `commits` are the updates that write something: the others wait for no disk. */
  workOf<R>(
    work: () => Promise<R>,
  ): Promise<{ readonly work: Work; readonly commits: number; readonly result: R }>;
} {
  let done: string[] = [];
  let commits = 0;
  const { keyring } = one.parts;
  const counting = {
    ...keyring,
    key(purpose: Parameters<typeof keyring.key>[0], id?: string) {
      if (purpose === "pepper") done.push("slow hash");
      return keyring.key(purpose, id);
    },
  };
  const store = new Proxy(one.store, {
    get(target, name: keyof Store) {
      const member = target[name];
      if (typeof member !== "function") return member;
      if (name === "get") {
        return (...given: Parameters<Store["get"]>) => {
          done.push(name);
          return target.get(...given);
        };
      }
      if (name !== "update") return member.bind(target);
      return (...[keys, decision]: Parameters<Store["update"]>) => {
        // What comes of a delivery is written while the answer is on its way, and nobody waits for it.
        if (keys[0]?.table === "delivery") return target.update(keys, decision);
        done.push(name);
        let isWritten = false;
        const watched: typeof decision = (rows, now) => {
          const made = decision(rows, now);
          isWritten = "writes" in made && made.writes.length > 0;
          return made;
        };
        return target.update(keys, watched).finally(() => {
          if (isWritten) commits += 1;
        });
      };
    },
  });
  const directory = createDirectory(one.store, one.clock);
  const parts = { ...one.parts, keyring: counting, store, directory };
  return {
    accounts: createAccounts(parts, createEngine(parts, "counted")),
    async workOf(work) {
      done = [];
      commits = 0;
      const result = await work();
      const counts: Record<string, number> = {};
      for (const what of done) counts[what] = (counts[what] ?? 0) + 1;
      return { work: counts, commits, result };
    },
  };
}

/** What everybody gets is compared without what is random in it. */
function plain(result: object): object {
  return { ...result, recovery: null };
}

describe("W-8: a way back does for nobody what it does for somebody, and says the same", () => {
  test("to begin one", async () => {
    const all = await ada();
    const { accounts, workOf } = counted(all);
    const { tenantId } = all;
    const begin = (name: string) => workOf(() => accounts.startRecovery({ tenantId, name }));
    const [known, unknown] = [await begin("ada"), await begin("nobody-at-all")];
    expect(known.work).toEqual({ get: 1, update: 1 });
    expect(unknown.work).toEqual(known.work);
    expect(plain(unknown.result)).toEqual(plain(known.result));
  });

  test.each([
    ["phone", { update: 3, get: 2 }],
    ["email", { update: 3, get: 2 }],
  ] as const)("to be sent a code: %s", async (method, expected) => {
    const all = await ada();
    const { accounts, workOf } = counted(all);
    const { tenantId } = all;
    const send = async (name: string) => {
      const { recovery } = await accounts.startRecovery({ tenantId, name });
      return await workOf(() => accounts.sendRecovery({ tenantId, recovery, method }));
    };
    const [known, unknown] = [await send("ada"), await send("nobody-at-all")];
    expect(known.work).toEqual(expected);
    expect(unknown).toEqual(known);
  });

  test.each(["phone", "email"] as const)("to be sent another code too soon: %s", async (method) => {
    const all = await ada();
    const { accounts, workOf } = counted(all);
    const { tenantId } = all;
    const again = async (name: string) => {
      const { recovery } = await accounts.startRecovery({ tenantId, name });
      const send = () => accounts.sendRecovery({ tenantId, recovery, method });
      await send();
      const { commits, result } = await workOf(send);
      return { commits, result };
    };
    const known = await again("ada");
    expect(known).toEqual({ commits: 3, result: { outcome: "sent" } });
    expect(await again("nobody-at-all")).toEqual(known);
  });

  test.each([
    ["phone", { update: 3, get: 2 }],
    ["email", { update: 3, get: 2 }],
    ["totp", { update: 1, get: 2 }],
    ["recoveryCode", { update: 1, get: 2, "slow hash": 1 }],
    ["password", { update: 1, get: 2, "slow hash": 1 }],
  ] as const)("to be refused: %s", async (method, expected) => {
    const all = await ada();
    const { accounts, workOf } = counted(all);
    const { tenantId } = all;
    const check = async (name: string, code: string, isSent = true) => {
      const { recovery } = await accounts.startRecovery({ tenantId, name });
      if (isSent && (method === "phone" || method === "email")) {
        await accounts.sendRecovery({ tenantId, recovery, method });
      }
      return await workOf(() => accounts.checkRecovery({ tenantId, recovery, method, code }));
    };
    // Of the form of a code, and of none.
    const wrong = method === "recoveryCode" ? "AAAA-AAAA-AAAA-A" : "000000";
    const known = await check("ada", wrong);
    expect(known.work).toEqual(expected);
    expect(known.result).toEqual({ outcome: "codeMismatch", checksLeft: 4 });
    expect(await check("nobody-at-all", wrong)).toEqual(known);
    expect(await check("ada", "?")).toEqual(known);
    expect(await check("nobody-at-all", "?")).toEqual(known);
    expect(await check("ada", wrong, false)).toEqual(known);
  });

  test("to be refused at the end: what is not enough is nobody’s", async () => {
    const all = await ada();
    const { accounts, workOf } = counted(all);
    const { tenantId } = all;
    const finish = async (name: string) => {
      const { recovery } = await accounts.startRecovery({ tenantId, name });
      return await workOf(() =>
        accounts.completeRecovery({ tenantId, recovery, password: "seven quiet lighthouses" }),
      );
    };
    const known = await finish("ada");
    expect(known.result).toEqual({ outcome: "recoveryInvalid" });
    expect(await finish("nobody-at-all")).toEqual(known);
  });
});

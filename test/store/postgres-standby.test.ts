import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openPostgresStore, type PostgresStore, StorageUnavailable } from "../../src/store/index.ts";
import { counted, countUp } from "../support/counted.ts";
import { generous } from "../support/limits.ts";
import { type PairServer, type PostgresPair, startPostgresPair, until } from "../support/postgres-pair.ts";

let pair: PostgresPair;
beforeAll(async () => {
  pair = await startPostgresPair();
});
afterAll(() => pair.stop());

async function open(url = pair.url, onWarning?: (sentence: string) => void): Promise<PostgresStore> {
  const store = await openPostgresStore({ url, ...(onWarning === undefined ? {} : { onWarning }) });
  onTestFinished(() => store.close());
  return store;
}

function alone(server: PairServer): string {
  return pair.url.replace(/@[^/]*/, `@127.0.0.1:${server.port}`);
}

async function waits<R>(look: () => Promise<R | undefined>, what: string): Promise<R> {
  for (let n = 0; n < 1_000; n++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never: ${what}`);
}

/** The process of the primary whose commit waits for the standby. */
function waitingProcess(): Promise<number> {
  return waits(async () => {
    const rows = await pair.primary.sql("select pid from pg_stat_activity where wait_event = 'SyncRep'");
    return rows[0]?.["pid"] as number | undefined;
  }, "a commit waits for the standby");
}

async function isOn(server: PairServer, name: string): Promise<boolean> {
  return (await server.sql(`select from services where id = '${name}'`)).length > 0;
}

function seen(server: PairServer, name: string): Promise<true> {
  return waits(async () => ((await isOn(server, name)) ? true : undefined), `${name} is seen`);
}

/** What has become of a promise by now. */
function watched<R>(promise: Promise<R>): {
  state: "pending" | "resolved" | "rejected";
  readonly done: Promise<R>;
} {
  const watch = { state: "pending" as "pending" | "resolved" | "rejected", done: promise };
  promise.then(
    () => {
      watch.state = "resolved";
    },
    () => {
      watch.state = "rejected";
    },
  );
  return watch;
}

describe("R-07: a commit that waits for its standby", () => {
  test.each(["pg_cancel_backend", "pg_terminate_backend"])(
    "whose wait ends by %s is there for all to see, and acknowledged only once the standby has it",
    async (end) => {
      const store = await open();
      await countUp(store, `before-${end}`);
      pair.standby.freeze();
      try {
        const update = watched(countUp(store, end));
        await pair.primary.sql(`select ${end}(${await waitingProcess()})`);
        await seen(pair.primary, end);
        // The second commit, whose wait is to answer for the first one.
        await waitingProcess();
        expect(update.state).toBe("pending");
        pair.standby.resume();
        await update.done;
        expect(await isOn(pair.standby, end)).toBe(true);
      } finally {
        pair.standby.resume();
      }
    },
  );

  test("and that the primary finds in its log after a crash is acknowledged only once the standby has it", async () => {
    const store = await open();
    await pair.standby.kill();
    const update = watched(countUp(store, "crashed"));
    await waitingProcess();
    await pair.primary.kill();
    await pair.primary.start();
    await seen(pair.primary, "crashed");
    await waitingProcess();
    expect(update.state).toBe("pending");
    await pair.standby.start();
    await update.done;
    expect(await isOn(pair.standby, "crashed")).toBe(true);
  });

  test("for ever is refused in bounded time, all others at once and readiness too, and is lost with the primary without having been promised", async () => {
    const store = await open();
    await countUp(store, "promised");
    await pair.standby.kill();
    const startedAt = performance.now();
    const update = watched(countUp(store, "here-only"));
    await pair.primary.sql(`select pg_cancel_backend(${await waitingProcess()})`);
    await expect(update.done).rejects.toThrow(/what became of it is not known/);
    expect(performance.now() - startedAt).toBeLessThan(generous(15_000));
    expect(await isOn(pair.primary, "here-only")).toBe(true);
    // What asked for the confirmation still waits for it, unseen, longer than any statement may take.
    expect(
      await pair.primary.sql(
        "select from pg_stat_activity where wait_event = 'SyncRep' and clock_timestamp() - query_start > interval '5.5 s'",
      ),
    ).toHaveLength(1);
    const refusedAt = performance.now();
    await expect(countUp(store, "next")).rejects.toThrow(/standby does not confirm/);
    await expect(store.probe()).rejects.toThrow(/standby does not confirm/);
    expect(performance.now() - refusedAt).toBeLessThan(generous(2_000));
    await pair.primary.kill();
    await pair.standby.start();
    await pair.promote();
    await countUp(store, "after");
    const { count, names } = await counted(store);
    expect(count).toBe(names.size);
    expect([...names]).toEqual(expect.arrayContaining(["promised", "after"]));
    expect(names).not.toContain("here-only");
  });

  test("on an old primary that was started again is never acknowledged, and nodes that know the new one leave it alone", async () => {
    const warnings: string[] = [];
    const store = await open(pair.url, (one) => warnings.push(one));
    await pair.standby.start();
    // It lacks what the new primary did since: it is no standby but a second primary, on the old timeline.
    expect(await pair.standby.sql("select pg_is_in_recovery() as standby")).toEqual([{ standby: false }]);
    const fresh = await open();
    await countUp(fresh, "to-the-new-one");
    expect(await isOn(pair.primary, "to-the-new-one")).toBe(true);
    expect(await isOn(pair.standby, "to-the-new-one")).toBe(false);
    await expect(open(alone(pair.standby))).rejects.toBeInstanceOf(StorageUnavailable);
    await pair.primary.kill();
    await expect(countUp(store, "to-nobody")).rejects.toThrow(/is an old primary/);
    expect(await isOn(pair.standby, "to-nobody")).toBe(false);
    await pair.primary.start();
    await countUp(store, "again");
    await pair.join();
    await countUp(store, "with-standby");
    expect(await isOn(pair.standby, "with-standby")).toBe(true);
  });
});

describe("R-07: several hosts", () => {
  test("a node that is given only a standby says so, and what to do", async () => {
    await expect(open(alone(pair.standby))).rejects.toThrow(/standby/);
  });

  test("a server that is made read-only is left, and the one that takes writes is found without a restart", async () => {
    const warnings: string[] = [];
    const store = await open(pair.url, (one) => warnings.push(one));
    await countUp(store, "writable");
    await pair.primary.sql("alter system set default_transaction_read_only = on");
    await pair.primary.sql("select pg_reload_conf()");
    // The server reads it in its own time, and tells its sessions before it lets a new one in.
    await until("the server is read-only", async () => {
      const [row] = await pair.primary.sql("show default_transaction_read_only");
      return row?.["default_transaction_read_only"] === "on";
    });
    const first = await countUp(store, "read-only").catch((cause: unknown) => cause);
    expect(first).toBeInstanceOf(StorageUnavailable);
    expect(String(first)).toMatch(/it is a standby/);
    expect(String(first)).toMatch(/its transactions are read-only by default.*promote a standby/);
    await pair.primary.kill();
    await pair.promote();
    await countUp(store, "elsewhere");
    expect(warnings.join("\n")).toMatch(/primary is now 127\.0\.0\.1:\d+; it was/);
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCountersign } from "../../src/index.ts";
import { begin, open, temporaryFolder, to } from "./open.ts";

const root = join(import.meta.dirname, "..", "..");

describe("one data folder, one instance", () => {
  test("C-47: a second one in this process is refused, and told that the first is here", async () => {
    const { countersign, data } = await open();
    await expect(createCountersign({ data, lockWaitMs: 0 })).rejects.toMatchObject({
      code: "data_folder_in_use",
      message: expect.stringContaining("is already open in this process"),
    });
    // The attempt took nothing from the first.
    const { id, code } = await begin(countersign);
    expect((await countersign.check({ id, to, code })).outcome).toBe("approved");
  });

  test("M-06: a hot reload takes over: the second waits while the first closes, and goes on with its codes", async () => {
    const data = join(temporaryFolder(), "data");
    const first = await createCountersign({ data });
    const { id, code } = await begin(first);
    const next = createCountersign({ data });
    await first.close();
    const second = await next;
    onTestFinished(() => second.close());
    expect((await second.check({ id, to, code })).outcome).toBe("approved");
  });

  test("a backup is all that was there, and takes the place of nothing", async () => {
    const { countersign, data } = await open();
    const { id, code } = await begin(countersign);
    const folder = join(temporaryFolder(), "data");
    mkdirSync(folder, { mode: 0o700 });
    const file = join(folder, "countersign.db");
    await countersign.backup(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(countersign.backup(file)).rejects.toThrow(/exists already/);
    await expect(countersign.backup(join(folder, "none", "x.db"))).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    copyFileSync(join(data, "secret"), join(folder, "secret"));
    const { countersign: copy } = await open({ data: folder });
    expect((await copy.check({ id, to, code })).outcome).toBe("approved");
    expect((await countersign.get({ id }))?.status).toBe("pending");
    await countersign.close();
    await expect(countersign.backup(join(folder, "late.db"))).rejects.toThrow(/closed/);
  });

  test("two folders in one process know nothing of each other", async () => {
    const first = await open();
    const second = await open();
    const { id, code } = await begin(first.countersign);
    expect((await second.countersign.check({ id, to, code })).outcome).toBe("notFound");
    expect(second.countersign.phones?.messages(to)).toEqual([]);
  });
});

describe("R-03: processes", () => {
  test("M-06: a restart hands over: the successor waits, then approves what its predecessor began", async () => {
    const data = join(temporaryFolder(), "data");
    const old = host(data);
    await old.heard("open");
    const begun = await old.ask("start");
    const young = host(data);
    await young.spawned;
    expect(await old.ask("close")).toEqual({ closed: true });
    await young.heard("open");
    expect(await young.ask(`check ${begun["id"]} ${begun["code"]}`)).toEqual({ outcome: "approved" });
    await young.ask("close");
    expect(await old.ended).toBe(0);
  });

  test("M-06: kill -9 between start and check loses nothing", async () => {
    const data = join(temporaryFolder(), "data");
    const old = host(data);
    await old.heard("open");
    const begun = await old.ask("start");
    const young = host(data);
    await young.spawned;
    old.kill();
    await young.heard("open");
    expect(await young.ask(`check ${begun["id"]} ${begun["code"]}`)).toEqual({ outcome: "approved" });
    await young.ask("close");
  });

  test("who does not wait is told which process holds the folder", async () => {
    const data = join(temporaryFolder(), "data");
    const holder = host(data);
    await holder.heard("open");
    const refused = await createCountersign({ data, lockWaitMs: 0 }).catch((cause) => cause);
    expect(refused).toMatchObject({ code: "data_folder_in_use" });
    expect(refused.message).toContain(`in use by process ${holder.pid}`);
    expect(refused.message).toContain("give this one another folder with `data`");
    await holder.ask("close");
  });

  test("nothing is printed, no signal is handled, no global is made, and after close the process ends by itself", async () => {
    const process = host(join(temporaryFolder(), "data"));
    const opened = await process.heard("open");
    expect(opened).toEqual({ open: true, handlersAdded: 0, globalsAdded: [] });
    await process.ask("start");
    await process.ask("close");
    expect(await process.ended).toBe(0);
    expect(process.errors()).toBe("");
    expect(process.lines().map((line) => Object.keys(line)[0])).toEqual(["open", "id", "closed"]);
  });
});

type Line = Readonly<Record<string, unknown>>;

interface Host {
  readonly pid: number | undefined;
  readonly spawned: Promise<unknown>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  lines(): readonly Line[];
  errors(): string;
  /** The next line, which must have this field. */
  heard(field: string): Promise<Line>;
  ask(command: string): Promise<Line>;
  kill(): void;
}

/** A process that embeds the library. */
function host(data: string): Host {
  const script = join(import.meta.dirname, "host-process.ts");
  const node = join(root, "node_modules", ".bin", "node");
  const child: ChildProcess = spawn(node, [script, data], { stdio: ["pipe", "pipe", "pipe"] });
  const lines: Line[] = [];
  const waiting: ((line: Line) => void)[] = [];
  let read = 0;
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  if (child.stdout === null) throw new Error("a process without standard output");
  createInterface({ input: child.stdout }).on("line", (text) => {
    lines.push(JSON.parse(text) as Line);
    waiting.shift()?.(lines.at(-1) ?? {});
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  onTestFinished(() => void child.kill("SIGKILL"));
  const next = async (): Promise<Line> => {
    const line = lines[read] ?? (await new Promise<Line>((resolve) => waiting.push(resolve)));
    read += 1;
    return line;
  };
  return {
    pid: child.pid,
    spawned: once(child, "spawn"),
    ended,
    lines: () => lines,
    errors: () => errors,
    async heard(field) {
      const line = await next();
      expect(line, errors).toHaveProperty(field);
      return line;
    },
    ask(command) {
      child.stdin?.write(`${command}\n`);
      return next();
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

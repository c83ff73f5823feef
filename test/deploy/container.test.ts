import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explainSettings } from "../../src/config/index.ts";
import { testSecret } from "../support/instance.ts";
import { freePort } from "../support/postgres.ts";
import { type Instruction, stagesOf, textsOf } from "./recipe.ts";

const root = join(import.meta.dirname, "..", "..");
const [build = [], dependencies = [], final = []] = stagesOf(readFileSync(join(root, "Dockerfile"), "utf8"));
const ignored = readFileSync(join(root, ".dockerignore"), "utf8").trim().split("\n");
const home = mkdtempSync(join(tmpdir(), "container-"));
const at = (path: string): string => join(home, path);
const node24 = join(root, "node_modules", ".bin");

/** The paths of the image, moved into a folder of ours. */
function moved(text: string): string {
  return text.replaceAll(/(?<=^|[\s=])\/(package|app|data|build|dependencies)\b/g, (path) => at(path.trim()));
}

function run(command: string, folder: string): void {
  const env = { ...process.env, PATH: `${node24}:${process.env["PATH"]}` };
  const result = spawnSync("sh", ["-ec", moved(command)], { cwd: folder, encoding: "utf8", env });
  expect(result.status, `${command}\n${result.stdout}${result.stderr}`).toBe(0);
}

function isIgnored(path: string): boolean {
  const first = relative(root, path).split("/")[0] ?? "";
  return ignored.some(
    (pattern) => pattern === first || (pattern.startsWith("*") && path.endsWith(pattern.slice(1))),
  );
}

/** What the stages do, but for `npm ci`: the packages of this clone stand for its result. */
function follow(stage: readonly Instruction[]): void {
  const folder = at(textsOf(stage, "WORKDIR")[0] ?? "");
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of stage) {
    if (name === "COPY" && text === ". .") {
      cpSync(root, folder, { recursive: true, filter: (path) => path === root || !isIgnored(path) });
    } else if (name === "COPY" && !text.startsWith("--from")) {
      for (const file of text.split(" ").slice(0, -1)) cpSync(join(root, file), join(folder, file));
    } else if (name === "RUN" && text.startsWith("npm ci")) {
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    } else if (name === "RUN") run(text, folder);
  }
}

function ports(stage: readonly Instruction[]): Record<string, string> {
  const pairs = textsOf(stage, "ENV").flatMap((text) => [...text.matchAll(/(\w+)=(\S+)/g)]);
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}

const environment = ports(final);

describe("the Dockerfile", () => {
  beforeAll(() => {
    follow(build);
    follow(dependencies);
    mkdirSync(at("/app"));
    for (const copied of textsOf(final, "COPY")) {
      const [, , from = "", to = ""] = /^--from=(\w+) (\S+) (\S+)$/.exec(copied) ?? [];
      if (basename(from) === "node_modules") symlinkSync(join(root, "node_modules"), join(at("/app"), to));
      else cpSync(at(from), join(at("/app"), to), { recursive: true });
    }
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test("sends nothing to the builder that it does not need, and everything that it does", () => {
    expect(existsSync(at("/build/test"))).toBe(false);
    expect(existsSync(at("/build/.git"))).toBe(false);
    expect(existsSync(at("/app/dist/cli/main.js"))).toBe(true);
    expect(existsSync(at("/app/dist/store/sqlite/migrations/0001-core.sql"))).toBe(true);
    expect(existsSync(at("/app/src"))).toBe(false);
  });

  test("has what passkeys and e-mail need: npm installs it where it is neither optional nor for development", () => {
    const manifest = JSON.parse(readFileSync(at("/dependencies/package.json"), "utf8"));
    const { peerDependencies, peerDependenciesMeta = {}, devDependencies } = manifest;
    expect(Object.keys(peerDependencies)).toEqual(["@simplewebauthn/server", "nodemailer"]);
    expect([peerDependenciesMeta, Object.keys(devDependencies)]).toEqual([
      {},
      expect.not.arrayContaining(["@simplewebauthn/server", "nodemailer"]),
    ]);
    const lock = JSON.parse(readFileSync(at("/dependencies/package-lock.json"), "utf8"));
    for (const name of Object.keys(peerDependencies)) {
      expect(lock.packages[`node_modules/${name}`].integrity, name).toMatch(/^sha512-/);
    }
  });

  test("names only settings that exist, and runs as somebody who is not root", () => {
    const known = new Set(["NODE_ENV", ...explainSettings().map((one) => one.environment)]);
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
    expect(textsOf(final, "USER")).toEqual(["node"]);
    expect(textsOf(final, "VOLUME")).toEqual([environment["COUNTERSIGN_DATA"]]);
    expect(textsOf(final, "EXPOSE")).toEqual([environment["PORT"]]);
  });

  test("starts healthy with a secret and a word on the sandbox, and stops at its stop signal", async () => {
    mkdirSync(at("/data"), { mode: 0o700 });
    const port = String(await freePort());
    const env = {
      PATH: `${node24}:${process.env["PATH"]}`,
      ...environment,
      COUNTERSIGN_DATA: at("/data"),
      PORT: port,
      COUNTERSIGN_SECRET: testSecret.reveal(),
      COUNTERSIGN_SANDBOX: "on",
    };
    const entry = JSON.parse(textsOf(final, "ENTRYPOINT")[0] ?? "[]") as string[];
    const command = JSON.parse(textsOf(final, "CMD")[0] ?? "[]") as string[];
    const [program = "", ...args] = [...entry, ...command].map(moved);
    const server = spawn(program, args, { cwd: at("/app"), env, stdio: ["ignore", "pipe", "ignore"] });
    try {
      const check = /CMD (\[.*\])$/.exec(textsOf(final, "HEALTHCHECK")[0] ?? "")?.[1] ?? "[]";
      const [asking = "", ...question] = JSON.parse(check) as string[];
      const isHealthy = (): boolean => spawnSync(asking, question, { env }).status === 0;
      await ready(server);
      expect(isHealthy()).toBe(true);
      server.kill(textsOf(final, "STOPSIGNAL")[0] as NodeJS.Signals);
      expect(await ended(server)).toBe(0);
      expect(isHealthy()).toBe(false);
    } finally {
      server.kill("SIGKILL");
    }
  });

  test("without a secret it says what is missing, and ends", async () => {
    const env = { PATH: `${node24}:${process.env["PATH"]}`, ...environment, COUNTERSIGN_DATA: at("/none") };
    const { status, stderr } = spawnSync("node", [at("/app/bin/countersign.js"), "serve"], {
      cwd: at("/app"),
      env,
      encoding: "utf8",
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/COUNTERSIGN_SECRET: production needs a master secret/);
  });
});

/** Once the log says so. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("the server takes requests")) resolve();
    });
    server.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
}

async function ended(server: ChildProcess): Promise<number | null> {
  if (server.exitCode === null) await once(server, "exit");
  return server.exitCode;
}

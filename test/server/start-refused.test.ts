import { expect, test } from "vitest";
import { toStartRefused } from "../../src/instance/start-refused.ts";
import { StorageUnavailable } from "../../src/store/index.ts";
import { reasonOf } from "../../src/store/postgres/faults.ts";

const denied = Object.assign(new Error("EACCES: permission denied, open '/data/lock.db'"), {
  code: "EACCES",
});

test.each([
  ["as the system says it", denied],
  ["as the store says it", new StorageUnavailable("/data cannot be opened", { cause: denied })],
])("a folder without rights names its setting: %s", (_, cause) => {
  expect(toStartRefused(cause, "/data")).toMatchObject({
    code: "data_folder_unusable",
    message:
      "the data folder /data cannot be used: this user may not write there; choose another with COUNTERSIGN_DATA",
  });
});

test.each([
  ["ENOENT", /sslrootcert, is not there/],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /sslrootcert in DATABASE_URL would name/],
  ["CERT_HAS_EXPIRED", /has expired/],
  [undefined, /^it has no TLS, which sslmode in DATABASE_URL asks for$/],
])("why a database is not reached is said in words: %s", (code, words) => {
  const said = new Error("The server does not support SSL connections");
  expect(reasonOf(code === undefined ? said : Object.assign(new Error("of Node"), { code }))).toMatch(words);
});

import { describe, expect, test } from "vitest";
import { databaseUrlProblem, hostsOf } from "./hosts.ts";

describe("R-07: the hosts of a connection string, as libpq understands them", () => {
  test.each([
    ["postgres://u:p@db/x", ["db:5432"], ["postgres://u:p@db/x"]],
    [
      "postgres://u:p@h1,h2:5433/x?target_session_attrs=read-write&sslmode=require",
      ["h1:5432", "h2:5433"],
      ["postgres://u:p@h1/x?sslmode=require", "postgres://u:p@h2:5433/x?sslmode=require"],
    ],
    [
      "postgresql://u@[::1]:6000,10.0.0.7/x?target_session_attrs=primary",
      ["[::1]:6000", "10.0.0.7:5432"],
      ["postgresql://u@[::1]:6000/x", "postgresql://u@10.0.0.7/x"],
    ],
    ["postgres://u@/x?host=a,b&port=1,2", ["a:1", "b:2"], ["postgres://u@a:1/x", "postgres://u@b:2/x"]],
    ["postgres://u@/x?host=a,b&port=1", ["a:1", "b:1"], ["postgres://u@a:1/x", "postgres://u@b:1/x"]],
    ["postgres:///x?host=/run/pg", ["/run/pg"], ["postgres:///x?host=%2Frun%2Fpg"]],
  ])("%s", (url, names, urls) => {
    expect(hostsOf(url).map(({ name }) => name)).toEqual(names);
    expect(hostsOf(url).map((host) => host.url)).toEqual(urls);
  });

  test("a connection has three seconds, or those of connect_timeout", () => {
    expect(hostsOf("postgres://h/x")).toMatchObject([{ connectTimeoutMs: 3_000 }]);
    expect(hostsOf("postgres://a,b/x?connect_timeout=10&sslmode=require")).toEqual([
      { name: "a:5432", url: "postgres://a/x?sslmode=require", connectTimeoutMs: 10_000 },
      { name: "b:5432", url: "postgres://b/x?sslmode=require", connectTimeoutMs: 10_000 },
    ]);
  });

  test.each([
    ["mysql://h/x", /allowed is an address such as postgres:/],
    ["postgres://h1,,h2/x", /a host between its commas is missing/],
    ["postgres://h1:99999/x", /allowed is an address/],
    ["postgres://h1,h2/x?target_session_attrs=standby", /takes no writes: write read-write/],
    ["postgres://u@/x?host=a,b,c&port=1,2", /3 hosts and 2 ports/],
    ["postgres://a,b,c,d,e,f,g,h,i/x", /9 hosts, at most 8/],
    ["postgres://h/x?connect_timeout=0", /connect_timeout=0 is not allowed: write whole seconds, 1 to 60/],
    ["postgres://h/x?connect_timeout=2.5", /whole seconds/],
    ["postgres://h/x?sslmode=verify_full", /sslmode=verify_full is not known: write verify-full/],
    ["postgres://h/x?connect_timeout=61", /whole seconds/],
  ])("%s is refused with its remedy", (url, problem) => {
    expect(databaseUrlProblem(url)).toMatch(problem);
  });
});

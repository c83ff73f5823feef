import { describe, expect, test } from "vitest";
import { accentOf, isReturnUrl, pageSettingsProblem, returnUrlProblem } from "./page-settings.ts";

describe("W-14: a return address that is registered", () => {
  test.each([
    "https://app.example.com/verified",
    "https://app.example.com/verified?from=countersign",
    "https://app.example.com:8443/",
    "https://xn--bcher-kva.example/",
    "http://localhost:8080/verified",
    "http://127.0.0.1:8080/verified",
    "http://[::1]:8080/",
  ])("may be %s", (url) => {
    expect(returnUrlProblem(url)).toBeNull();
  });

  test.each([
    "app.example.com/verified",
    "//app.example.com/verified",
    "https:app.example.com",
    "https:\\\\app.example.com\\verified",
    "http://app.example.com/verified",
    "http://localhost.example.com/",
    "ftp://app.example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://user@app.example.com/",
    "https://user:secret@app.example.com/",
    "https://app.example.com",
    "https://APP.example.com/",
    "https://app.example.com:443/",
    "https://app.example.com/a/../b",
    "https://app.example.com/#there",
    "https://app.example.com/#",
    "https://bücher.example/",
    "https://app.example.com/ verified",
    "https://app.example.com/\tverified",
    "https://017700000001/",
    "https://app.example.com/?ticket=1",
    "https://app.example.com/?state=1",
    `https://app.example.com/${"a".repeat(500)}`,
  ])("must not be %s", (url) => {
    expect(returnUrlProblem(url)).not.toBeNull();
    expect(pageSettingsProblem({ returnUrls: [url] })).toMatchObject({ setting: "returnUrls" });
  });

  test("matches letter by letter, and nothing matches where none is registered", () => {
    const page = { returnUrls: ["https://app.example.com/verified"] };
    expect(isReturnUrl(page, "https://app.example.com/verified")).toBe(true);
    expect(isReturnUrl(page, "https://app.example.com/verified/")).toBe(false);
    expect(isReturnUrl({}, "https://app.example.com/verified")).toBe(false);
    expect(isReturnUrl(undefined, "https://app.example.com/verified")).toBe(false);
  });
});

describe("a colour", () => {
  test.each(["#1d5fd1", "#000000", "#B3261E", "#767676"])(
    "%s can be read with white words on it",
    (accent) => {
      expect(pageSettingsProblem({ accent })).toBeNull();
    },
  );

  test.each(["#ffffff", "#ffcc00", "#777777", "blue", "#12345", "#1d5fd1;}", "var(--x)"])(
    "%s is refused",
    (accent) => {
      expect(pageSettingsProblem({ accent })).toMatchObject({ setting: "accent" });
    },
  );

  test("is lightened for a dark ground, until it is read there", () => {
    expect(accentOf("#1D5FD1")).toEqual({ light: "#1d5fd1", dark: "#5687dd", onDark: "#0c1424" });
    expect(accentOf("#000000").dark).toBe("#8c8c8c");
  });
});

describe("a logo", () => {
  const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(100)]);
  const asUrl = (type: string, bytes: Buffer): string =>
    `data:image/${type};base64,${bytes.toString("base64")}`;

  test("is a small image in the settings themselves", () => {
    expect(pageSettingsProblem({ logo: asUrl("png", png) })).toBeNull();
    expect(pageSettingsProblem({ logo: null })).toBeNull();
  });

  test.each([
    ["of another host", "https://example.com/logo.png"],
    ["with code in it", asUrl("svg+xml", Buffer.from("<svg onload='alert(1)'/>"))],
    ["that says another type than it has", asUrl("jpeg", png)],
    ["that is too large", asUrl("png", Buffer.concat([png, Buffer.alloc(16_384)]))],
    ["that leaves its attribute", `${asUrl("png", png)}" onerror="alert(1)`],
  ])("is not one %s", (_what, logo) => {
    expect(pageSettingsProblem({ logo })).toMatchObject({ setting: "logo" });
  });
});

describe("W-12: who may show a page in a frame", () => {
  test.each(["https://app.example.com", "https://app.example.com:8443", "http://localhost:8080"])(
    "may be %s",
    (origin) => {
      expect(pageSettingsProblem({ frameAncestors: [origin] })).toBeNull();
    },
  );

  test.each([
    "*",
    "https:",
    "https://*.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://APP.example.com",
    "http://app.example.com",
    "https://app.example.com; script-src *",
    "https://app.example.com 'self'",
    "'self'",
    "data:",
  ])("must not be %s", (origin) => {
    expect(pageSettingsProblem({ frameAncestors: [origin] })).toMatchObject({ setting: "frameAncestors" });
  });
});

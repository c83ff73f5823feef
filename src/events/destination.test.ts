import { describe, expect, test } from "vitest";
import { addressProblem, endpointUrlProblem, publicOnly } from "./destination.ts";

const https = new URL("https://hooks.example.com/");

describe("W-11: addresses that are no receiver's", () => {
  test.each([
    ["this machine", "127.0.0.1"],
    ["this machine, otherwise", "127.255.0.1"],
    ["this machine in IPv6", "::1"],
    ["any address", "0.0.0.0"],
    ["any address in IPv6", "::"],
    ["private, 10", "10.0.0.1"],
    ["private, 172.16", "172.31.255.254"],
    ["private, 192.168", "192.168.1.1"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["link-local, where clouds keep their secrets", "169.254.169.254"],
    ["link-local in IPv6", "fe80::1"],
    ["unique local", "fd00:ec2::254"],
    ["site-local, of old", "fec0::1"],
    ["multicast", "224.0.0.1"],
    ["multicast in IPv6", "ff02::1"],
    ["broadcast", "255.255.255.255"],
    ["documentation", "192.0.2.1"],
    ["benchmarks", "198.18.0.1"],
    ["of the future", "240.0.0.1"],
    ["mapped", "::ffff:127.0.0.1"],
    ["mapped, in hexadecimal", "::ffff:7f00:1"],
    ["mapped link-local", "::ffff:a9fe:a9fe"],
    ["compatible", "::127.0.0.1"],
    ["translated", "64:ff9b::7f00:1"],
    ["translated locally", "64:ff9b:1::1"],
    ["IPv4-translated", "::ffff:0:7f00:1"],
    ["6to4", "2002:7f00:1::"],
    ["6to4 of a private address", "2002:a00:1::1"],
    ["Teredo with a client of this machine", "2001:0:808:808:0:0:80ff:fffe"],
    ["Teredo with a server of this machine", "2001:0:7f00:1::f7f7:f7f7"],
    ["not given out", "4000::1"],
    ["no address at all", "localhost"],
  ])("%s: %s", (_what, address) => {
    expect(addressProblem(address, https, publicOnly)).toBe("address_refused");
  });

  test.each(["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"])(
    "%s is public",
    (address) => {
      expect(addressProblem(address, https, publicOnly)).toBeNull();
    },
  );

  test("the operator's own network is reached where it is named, over http and on any port, and nothing else is", () => {
    const own = { networks: ["10.1.0.0/16", "fd00::/8", "192.168.7.7"], ports: [443] };
    const plain = new URL("http://hooks.internal:8080/");
    expect(addressProblem("10.1.2.3", plain, own)).toBeNull();
    expect(addressProblem("::ffff:10.1.2.3", plain, own)).toBeNull();
    expect(addressProblem("fd12::1", plain, own)).toBeNull();
    expect(addressProblem("192.168.7.7", plain, own)).toBeNull();
    expect(addressProblem("192.168.7.8", plain, own)).toBe("address_refused");
    expect(addressProblem("10.2.0.1", https, own)).toBe("address_refused");
    expect(addressProblem("93.184.216.34", plain, own)).toBe("address_refused");
    expect(addressProblem("93.184.216.34", new URL("https://a.example:8443/"), own)).toBe("address_refused");
    expect(addressProblem("93.184.216.34", https, own)).toBeNull();
  });
});

describe("W-11: URLs that are refused when an endpoint is made", () => {
  // As the parser of URLs reads them, all of these are addresses of this machine or its neighbours.
  test.each([
    "https://017700000001/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://127.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127.0.0.1/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::7f00:1]/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "http://hooks.example.com/",
    "https://hooks.example.com:22/",
    "https://user:password@hooks.example.com/",
    "https://hooks.example.com/#part",
    "ftp://hooks.example.com/",
    "hooks.example.com",
    `https://hooks.example.com/${"a".repeat(2_048)}`,
  ])("%s", (url) => {
    expect(endpointUrlProblem(url, publicOnly)).not.toBeNull();
  });

  test("names pass: what they lead to is looked at with every post", () => {
    for (const url of [
      "https://hooks.example.com/",
      "https://hooks.example.com:8443/a?b=c",
      "https://localhost./",
    ]) {
      expect(endpointUrlProblem(url, publicOnly)).toBeNull();
    }
  });

  test("the refusal names the setting", () => {
    expect(endpointUrlProblem("http://10.0.0.1/", publicOnly)).toContain("COUNTERSIGN_WEBHOOK_NETWORKS");
  });
});

import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import { unknownAddress } from "./limits.ts";

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Whether a hop is a proxy of ours. Fastify walks X-Forwarded-For from the right and stops at the first hop that is
 * not: that one is the client, whatever stands to its left (W-6).
 */
export function proxyTrust(trustedProxies: readonly string[]): false | ((address: string) => boolean) {
  if (trustedProxies.length === 0) return false;
  const ranges = trustedProxies.map(toRange);
  // Asked several times a request, mostly about the same few machines.
  const judged = new Map<string, boolean>();
  return (address) => {
    let isTrusted = judged.get(address);
    if (isTrusted === undefined) {
      isTrusted = isAmong(ranges, address);
      if (judged.size >= judgedMax) judged.clear();
      judged.set(address, isTrusted);
    }
    return isTrusted;
  };
}

const judgedMax = 1_024;

function isAmong(ranges: readonly Range[], given: string): boolean {
  const address = withoutPort(given);
  if (!ipaddr.isValid(address)) return false;
  const hop = ipaddr.process(address);
  return ranges.some((range) => isWithin(hop, range));
}

function toRange(given: string): Range {
  if (given.includes("/")) return ipaddr.parseCIDR(given);
  const address = ipaddr.process(given);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function isWithin(hop: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Range): boolean {
  return hop.kind() === network.kind() && hop.match(network, bits);
}

/** The address that limits count: what a trusted proxy wrote that is no address counts as the proxy itself. */
export function clientAddress(request: FastifyRequest): string {
  const ip = withoutPort(request.server.hostAddress(request) ?? request.ip);
  if (ipPattern.test(ip)) return ip;
  return request.raw.socket.remoteAddress ?? unknownAddress;
}

/**
 * Some proxies write `192.0.2.7:61234` or `[2001:db8::7]:61234`: with its port an address is none, and all clients behind
 * such a proxy were one.
 */
function withoutPort(given: string): string {
  if (!given.includes(":")) return given;
  const [, four, six] =
    /^(?:(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}|\[([0-9a-f:.]+)\](?::\d{1,5})?)$/i.exec(given) ?? [];
  return four ?? six ?? given;
}

/** Only characters of addresses: cheap enough for every request, and `networkOf` reads it properly. */
const ipPattern = /^[0-9a-f.:]{2,45}$/i;

/** Headers by which a proxy admits that the connection is not the client's. */
const forwardingHeaders = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];

const loopbackName = /^(?:localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** Whether a Host header names this machine, as a page from elsewhere never does (DNS rebinding). */
export function namesThisMachine(host: string): boolean {
  return loopbackName.test(host);
}

/**
 * Whether the client itself runs on this machine. Neither a proxy on this machine makes its clients local, nor a browser
 * on it the pages that it shows.
 */
export function isLocalClient(request: FastifyRequest): boolean {
  const address = request.server.hostAddress(request) ?? request.raw.socket.remoteAddress;
  if (address === undefined || !ipaddr.isValid(address)) return false;
  if (forwardingHeaders.some((name) => request.headers[name] !== undefined)) return false;
  if (!namesThisMachine(request.headers.host ?? "")) return false;
  return ipaddr.process(address).range() === "loopback";
}

"use strict";

// `node -r countersign/redirect app.js`: sends what a program says to a vendor to a Countersign server instead, where
// its client has no option for the host, or nobody may touch its code. No dependency, and no syntax or API newer than
// Node 8: the programs that need it are old.

const http = require("http");
const https = require("https");
const URL = require("url").URL;

const vendors = {
  VONAGE: ["api.nexmo.com", "rest.nexmo.com"],
  TELNYX: ["api.telnyx.com"],
  FLOWROUTE: ["api.flowroute.com"],
  TWILIO: ["api.twilio.com", "verify.twilio.com", "lookups.twilio.com"],
};
const common = "COUNTERSIGN_REDIRECT";

/** Host -> where it is sent. */
const targets = readTargets(process.env);
const requests = { "http:": http.request, "https:": https.request };

patch(http, "http:");
patch(https, "https:");
patchFetch();
patchDispatcher();
// Named imports of ES modules see what is patched only when told.
const builtins = require("module");
if (typeof builtins.syncBuiltinESMExports === "function") builtins.syncBuiltinESMExports();
process.stderr.write(`countersign/redirect: ${Object.keys(targets).map(describe).join(", ")}\n`);

function readTargets(environment) {
  const found = {};
  Object.keys(vendors).forEach((vendor) => {
    const name = `${common}_${vendor}`;
    const given = environment[name] || environment[common];
    if (!given) return;
    const target = parseTarget(given, environment[name] ? name : common);
    vendors[vendor].forEach((host) => {
      found[host] = target;
    });
  });
  if (Object.keys(found).length > 0) return found;
  const names = Object.keys(vendors).map((vendor) => `${common}_${vendor}`);
  throw new Error(
    `countersign/redirect has no target: set ${common} to the address of your Countersign server, such as http://localhost:3000, or one of ${names.join(", ")}`,
  );
}

function parseTarget(given, name) {
  let url;
  try {
    url = new URL(given);
  } catch (_cause) {
    url = null;
  }
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "")
    return url;
  throw new Error(
    `countersign/redirect: ${name} must be an http or https address, such as http://localhost:3000`,
  );
}

function describe(host) {
  return `${host} -> ${targets[host].origin}${prefixOf(targets[host])}`;
}

function prefixOf(target) {
  return target.pathname.replace(/\/+$/, "");
}

function targetOf(host) {
  const name = String(host || "")
    .replace(/:\d+$/, "")
    .toLowerCase();
  return Object.prototype.hasOwnProperty.call(targets, name) ? targets[name] : null;
}

/** `request` and `get` of one protocol, in all their forms: (url, options, callback), each but one may be missing. */
function patch(module, protocol) {
  const original = module.request;
  module.request = function request(...given) {
    const asked = readArguments(given);
    const target = targetOf(asked.options.hostname || asked.options.host);
    if (target === null) return original.apply(this, given);
    const changed = redirected(asked.options, target, protocol);
    const send = requests[target.protocol];
    return asked.callback ? send(changed, asked.callback) : send(changed);
  };
  module.get = function get(...given) {
    const sent = module.request.apply(this, given);
    sent.end();
    return sent;
  };
}

function readArguments(given) {
  const isAddress = typeof given[0] === "string" || given[0] instanceof URL;
  const rest = isAddress ? given.slice(1) : given.slice(0);
  if (typeof rest[0] === "function") rest.unshift({});
  return {
    options: Object.assign({}, isAddress ? fromAddress(given[0]) : {}, rest[0]),
    callback: rest[1],
  };
}

function fromAddress(input) {
  let url;
  try {
    url = new URL(String(input));
  } catch (_cause) {
    // Node itself says what is wrong with it.
    return {};
  }
  const found = { protocol: url.protocol, hostname: url.hostname, path: url.pathname + url.search };
  if (url.port !== "") found.port = Number(url.port);
  if (url.username || url.password) {
    found.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  }
  return found;
}

function redirected(asked, target, protocol) {
  const options = Object.assign({}, asked, {
    protocol: target.protocol,
    hostname: target.hostname.replace(/^\[|\]$/g, ""),
    port: target.port || (target.protocol === "https:" ? 443 : 80),
    path: prefixOf(target) + (asked.path || "/"),
    headers: withoutHost(asked.headers),
  });
  delete options.host;
  delete options.servername;
  delete options.defaultPort;
  // An agent of one protocol refuses the other, and a connection that is pinned leads to the vendor.
  if (target.protocol !== protocol) delete options.agent;
  delete options.createConnection;
  delete options._defaultAgent;
  return options;
}

function withoutHost(headers) {
  if (!headers || Array.isArray(headers)) return headers;
  const kept = {};
  Object.keys(headers).forEach((name) => {
    if (name.toLowerCase() !== "host") kept[name] = headers[name];
  });
  return kept;
}

function redirectedAddress(address) {
  let url;
  try {
    url = new URL(String(address));
  } catch (_cause) {
    return null;
  }
  const target = targetOf(url.hostname);
  return target === null ? null : target.origin + prefixOf(target) + url.pathname + url.search;
}

/** Node 18 and later. */
function patchFetch() {
  const original = global.fetch;
  if (typeof original !== "function") return;
  const RequestOf = global.Request;
  global.fetch = function fetch(input, init) {
    const isRequest = typeof RequestOf === "function" && input instanceof RequestOf;
    const address = redirectedAddress(isRequest ? input.url : input);
    if (address === null) return original.call(this, input, init);
    return original.call(this, isRequest ? new RequestOf(address, input) : address, init);
  };
}

/** What undici's own `request` and its like go through, where the platform has one. */
function patchDispatcher() {
  const dispatcher = global[Symbol.for("undici.globalDispatcher.1")];
  if (!dispatcher || typeof dispatcher.dispatch !== "function") return;
  const original = dispatcher.dispatch;
  dispatcher.dispatch = function dispatch(options, handler) {
    const address = options && options.origin ? redirectedAddress(`${options.origin}`) : null;
    if (address === null) return original.call(this, options, handler);
    const target = targetOf(new URL(String(options.origin)).hostname);
    const changed = Object.assign({}, options, {
      origin: target.origin,
      path: prefixOf(target) + options.path,
    });
    return original.call(this, changed, handler);
  };
}

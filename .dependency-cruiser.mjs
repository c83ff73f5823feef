// Who may import whom in src/. The table below is the whole rule; ARCHITECTURE.md draws it.
// Needs TypeScript 6 or older: with 7 this tool sees no imports and passes (test/ground/import-rules.test.ts notices).

/** Rooms without clock, randomness or I/O: they import nothing but each other. */
const pure = ["verification", "numbers", "guard", "accounts"];

/** Small rooms that anyone but the pure ones may use: they know nobody. */
const common = ["clock", "errors", "platform", "schemas"];

/** What every room that does anything may use. */
const base = [...pure, ...common, "secrets"];

/** What the rooms at the top may use: the engine and all the parts it is put together from. */
const whole = [...base, "audit", "authenticators", "config", "engine", "events", "phones", "tenants"];

/**
 * Room -> what it may import besides itself. "store" means all of it, "store!" only what it shows to others:
 * its index.ts, port.ts or types.ts; "tenants/records" is that one file.
 */
const arrows = {
  verification: pure,
  numbers: pure,
  guard: pure,
  accounts: pure,
  clock: [],
  errors: [],
  platform: [],
  schemas: [],
  secrets: [...pure, ...common],
  authenticators: base,
  store: [...base, "tenants/records", "tenants/data-key-records", "events/records", "audit/records"],
  audit: [...base, "store!"],
  providers: [...base, "delivery!"],
  delivery: [...base, "providers!"],
  tenants: [...base, "store!"],
  events: [...base, "tenants", "store!"],
  // Of the store and of delivery what a setting is checked with, and no more: every command begins with the settings.
  config: [
    ...base,
    "tenants",
    "store/postgres/hosts",
    ...["delivery!", "delivery/routing/routes", "delivery/text-template", "delivery/words"],
    "providers",
  ],
  engine: [...base, "audit", "tenants", "authenticators", "events", "store!", "delivery", "providers!"],
  phones: [...base, "tenants", "engine", "store!", "delivery!", "providers"],
  standins: [...base, "phones!", "delivery!", "providers/sandbox"],
  // Puts the parts together, once for the library, the server, the command line and the tests.
  instance: [...whole, "store", "delivery", "providers"],
  server: [...whole, "instance", "store!", "delivery!", "providers", "standins"],
  // What applications embed: the engine without HTTP.
  library: [...whole, "instance", "store!", "delivery!", "providers!", "providers/sandbox"],
  // Of cryptography no more than to compare what a browser brings back.
  mounts: ["clock", "errors", "platform", "library", "server!", "secrets/equal"],
  client: ["errors"],
  cli: [...whole, "client", "instance", "server", "store", "delivery", "providers", "standins"],
  testing: [...whole, "client", "instance", "server", "store", "delivery", "providers", "standins"],
};

/** Tests may import what they like; what they import is not shipped. */
const tests = "\\.test\\.ts$";

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const rooms = Object.entries(arrows).map(([room, targets]) => ({
  name: `${room}-imports`,
  severity: "error",
  comment: `src/${room} may import: ${targets.join(", ") || "nothing"}. Pass in what else it needs, or change the table in .dependency-cruiser.mjs with its reason.`,
  from: { path: `^src/${room}(/|\\.ts$)`, pathNot: tests },
  to: { path: "^src/", pathNot: [room, ...targets].map(allowed) },
}));

function allowed(target) {
  return target.endsWith("!")
    ? `^src/${target.slice(0, -1)}(/(index|port|types))?\\.ts$`
    : `^src/${target}(/|\\.ts$)`;
}

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...rooms,
    {
      name: "room-in-the-table",
      severity: "error",
      comment: "Every folder of src/ has a row in the table of .dependency-cruiser.mjs: add one.",
      from: { path: "^src/[^/]+/", pathNot: [`^src/(${Object.keys(arrows).join("|")})/`, tests] },
      to: {},
    },
    {
      name: "nobody-imports-the-front-door",
      severity: "error",
      comment: "src/index.ts is for embedders: import the room itself.",
      from: { path: "^src/", pathNot: tests },
      to: { path: "^src/index\\.ts$" },
    },
    {
      name: "facades-stand-alone",
      severity: "error",
      comment:
        "A facade translates and calls the engine, never another route. Put what two facades share beside them.",
      from: { path: "^src/server/facades/([^/]+)/", pathNot: tests },
      to: {
        path: "^src/server/(api|pages|console|callbacks|facades/[^/]+)/",
        pathNot: "^src/server/facades/$1/",
      },
    },
    {
      name: "providers-stand-alone",
      severity: "error",
      comment: "A provider knows its own carrier only. Put what two providers share beside their folders.",
      from: { path: "^src/providers/([^/]+)/", pathNot: tests },
      to: { path: "^src/providers/[^/]+/", pathNot: "^src/providers/$1/" },
    },
    {
      name: "pure-rooms-have-no-packages",
      severity: "error",
      comment: "Pure rooms import nothing but each other; only numbers knows libphonenumber-js.",
      from: { path: `^src/(${pure.join("|")})/`, pathNot: tests },
      to: { pathNot: ["^src/", "(^|/)libphonenumber-js(/|$)"] },
    },
    {
      name: "libphonenumber-only-in-numbers",
      severity: "error",
      comment: "Numbers are parsed in one place: use src/numbers.",
      from: { path: "^src/", pathNot: ["^src/numbers/", tests] },
      to: { path: "(^|/)libphonenumber-js(/|$)" },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "Two files that need each other are one file, or a third one is missing.",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-development-packages",
      severity: "error",
      comment: "What we publish may import dependencies, optional peers and Node only.",
      from: { path: "^src/", pathNot: tests },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["npm-peer", "npm-optional", "type-only"],
        pathNot: "@types/",
      },
    },
    {
      name: "http-by-the-platform",
      severity: "error",
      comment: "An import of node:http loads undici with it: take `http` of src/platform/http.ts.",
      from: { path: "^src/", pathNot: tests },
      to: { path: "^(node:)?http$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "source-is-not-a-test",
      severity: "error",
      comment: "What we publish may not import tests, tools or benchmarks.",
      from: { path: "^src/", pathNot: tests },
      to: { path: ["^(test|tools|bench|examples)/", tests] },
    },
    {
      name: "resolvable",
      severity: "error",
      comment: "The import leads nowhere.",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|\\.stage)/" },
    // `import type` counts too: a type from the wrong room is a dependency on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};

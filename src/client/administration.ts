import type {
  Administration,
  Deliveries,
  Keys,
  Messages,
  Secrets,
  Services,
  Tenants,
  Webhooks,
} from "./administration-calls.ts";
import { bindingHeader, type Call, partOf, queryOf } from "./call.ts";
import type { Operation } from "./results.ts";
import type { Carriers, LastSecretsRotation, SecretsStatus } from "./schemas.generated.ts";
import type { CallOptions } from "./transport.ts";

/** The operations that are not about one person's verification. */
export function administration(call: Call): Administration {
  const to = requests(call);
  return {
    keys: keys(to),
    services: services(to),
    tenants: tenants(to),
    messages: messages(to),
    deliveries: deliveries(to),
    webhooks: webhooks(to),
    secrets: secrets(call, to),
    backup: (body, more) => to.post("createBackup", "/backup", body, more, ["made", "backup"]),
    carriers: (more) => call<Carriers>("listCarriers", { ...more, method: "GET", path: "/carriers" }, asItIs),
    route: (number, query, more) =>
      to.get("explainRoute", `/numbers/${partOf(number)}/route${queryOf(query)}`, more, [
        "explained",
        "route",
      ]),
  };
}

/** What an answer becomes: `{ outcome, [name]: body }`. */
type Named = readonly [outcome: string, name: string];

const asItIs = (_status: number, body: object): object => body;

interface Requests {
  get<R>(operation: Operation, path: string, more: CallOptions | undefined, named: Named): Promise<R>;
  list<R>(operation: Operation, path: string, query: object | undefined, more?: CallOptions): Promise<R>;
  /** The body alone; null where there is none. */
  one<R>(
    operation: Operation,
    path: string,
    more?: CallOptions,
    headers?: Readonly<Record<string, string>>,
  ): Promise<R | null>;
  post<R>(
    operation: Operation,
    path: string,
    body: object | undefined,
    more: CallOptions | undefined,
    named: Named,
  ): Promise<R>;
  patch<R>(
    operation: Operation,
    path: string,
    body: object,
    more: CallOptions | undefined,
    named: Named,
  ): Promise<R>;
  remove<R>(operation: Operation, path: string, more: CallOptions | undefined, named: Named): Promise<R>;
}

function requests(call: Call): Requests {
  const as =
    ([outcome, name]: Named) =>
    (_status: number, body: object): object => ({ outcome, [name]: body });
  const get: Requests["get"] = (operation, path, more, named) =>
    call(operation, { ...more, method: "GET", path }, as(named));
  return {
    get,
    list: (operation, path, query, more) => get(operation, path + queryOf(query), more, ["listed", "list"]),
    async one<R>(
      operation: Operation,
      path: string,
      more?: CallOptions,
      headers?: Readonly<Record<string, string>>,
    ) {
      const asked = { ...more, method: "GET", path, ...(headers === undefined ? {} : { headers }) } as const;
      const found = await call<R & { readonly outcome?: string }>(operation, asked, asItIs);
      return found.outcome === "notFound" ? null : found;
    },
    post: (operation, path, body, more, named) =>
      call(operation, { ...more, method: "POST", path, ...(body === undefined ? {} : { body }) }, as(named)),
    patch: (operation, path, body, more, named) =>
      call(operation, { ...more, method: "PATCH", path, body }, as(named)),
    remove: (operation, path, more, named) => call(operation, { ...more, method: "DELETE", path }, as(named)),
  };
}

function secrets(call: Call, to: Requests): Secrets {
  const path = "/secrets/rotation";
  return {
    status: (more) =>
      call<SecretsStatus>("getSecretsStatus", { ...more, method: "GET", path: "/secrets" }, asItIs),
    rotate: (body, more) => to.post("rotateSecrets", path, body, more, ["rotating", "rotation"]),
    rotation: (more) =>
      call<LastSecretsRotation>("getSecretsRotation", { ...more, method: "GET", path }, asItIs),
  };
}

function keys(to: Requests): Keys {
  const at = (id: string): string => `/keys/${partOf(id)}`;
  return {
    create: (body, more) => to.post("createKey", "/keys", body, more, ["created", "key"]),
    list: (query, more) => to.list("listKeys", "/keys", query, more),
    get: (id, more) => to.one("getKey", at(id), more),
    rotate: (id, body, more) => to.post("rotateKey", `${at(id)}/rotate`, body, more, ["rotated", "key"]),
    revoke: (id, more) => to.remove("revokeKey", at(id), more, ["revoked", "key"]),
    revokeDialect: (id, dialect, more) =>
      to.remove("revokeKeyDialect", `${at(id)}/dialects/${partOf(dialect)}`, more, ["revoked", "key"]),
  };
}

function services(to: Requests): Services {
  const at = (id: string): string => `/services/${partOf(id)}`;
  return {
    create: (body, more) => to.post("createService", "/services", body, more, ["created", "service"]),
    list: (query, more) => to.list("listServices", "/services", query, more),
    get: (id, more) => to.one("getService", at(id), more),
    update: (id, body, more) => to.patch("updateService", at(id), body, more, ["updated", "service"]),
  };
}

function tenants(to: Requests): Tenants {
  return {
    create: (body, more) => to.post("createTenant", "/tenants", body, more, ["created", "tenant"]),
    list: (query, more) => to.list("listTenants", "/tenants", query, more),
    get: (id, more) => to.one("getTenant", `/tenants/${partOf(id)}`, more),
  };
}

function messages(to: Requests): Messages {
  return {
    send: (body, more) => to.post("sendMessage", "/messages", body, more, ["accepted", "message"]),
    list: (query, more) => to.list("listMessages", "/messages", query, more),
    get: (id, more) => to.one("getMessage", `/messages/${partOf(id)}`, more),
  };
}

function deliveries(to: Requests): Deliveries {
  return {
    list: (query, more) => to.list("listDeliveries", "/deliveries", query, more),
    get: (id, { binding } = {}, more) =>
      to.one("getDelivery", `/deliveries/${partOf(id)}`, more, bindingHeader(binding)),
  };
}

function webhooks(to: Requests): Webhooks {
  const at = (id: string): string => `/webhooks/${partOf(id)}`;
  const eventAt = (id: string, eventId: string): string => `${at(id)}/events/${partOf(eventId)}`;
  return {
    create: (body, more) => to.post("createWebhook", "/webhooks", body, more, ["created", "webhook"]),
    list: (query, more) => to.list("listWebhooks", "/webhooks", query, more),
    get: (id, more) => to.one("getWebhook", at(id), more),
    update: (id, body, more) => to.patch("updateWebhook", at(id), body, more, ["updated", "webhook"]),
    rotate: (id, body, more) =>
      to.post("rotateWebhookSecret", `${at(id)}/rotate`, body, more, ["rotated", "webhook"]),
    remove: (id, more) => to.remove("deleteWebhook", at(id), more, ["removed", "webhook"]),
    test: (id, more) => to.post("testWebhook", `${at(id)}/test`, undefined, more, ["tested", "event"]),
    events: (id, query, more) => to.list("listWebhookEvents", `${at(id)}/events`, query, more),
    event: (id, eventId, more) => to.one("getWebhookEvent", eventAt(id, eventId), more),
    replay: (id, eventId, more) =>
      to.post("replayWebhookEvent", `${eventAt(id, eventId)}/replay`, undefined, more, ["replayed", "event"]),
    replayAll: (id, body, more) =>
      to.post("replayWebhookEvents", `${at(id)}/replay`, body, more, ["replayed", "events"]),
  };
}

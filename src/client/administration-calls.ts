import type { Refusals } from "./results.ts";
import type {
  Backup,
  Carriers,
  DeliveryList,
  ExplainRouteQuery,
  FoundDelivery,
  IssuedKey,
  IssuedWebhook,
  Key,
  KeyDetails,
  KeyList,
  LastSecretsRotation,
  ListDeliveriesQuery,
  ListKeysQuery,
  ListMessagesQuery,
  ListServicesQuery,
  ListTenantsQuery,
  ListWebhookEventsQuery,
  ListWebhooksQuery,
  Message,
  MessageList,
  NewBackup,
  NewKey,
  NewMessage,
  NewSecretsRotation,
  NewService,
  NewTenant,
  NewWebhook,
  Rotation,
  Route,
  SecretsRotation,
  SecretsStatus,
  Service,
  ServiceChanges,
  ServiceList,
  StartedTenant,
  Tenant,
  TenantList,
  Webhook,
  WebhookChanges,
  WebhookEvent,
  WebhookEventDetails,
  WebhookEventList,
  WebhookList,
  WebhookReplay,
  WebhookReplayed,
  WebhookRotation,
} from "./schemas.generated.ts";
import type { CallOptions } from "./transport.ts";

type Done<T extends string, N extends string, V> = { readonly outcome: T } & { readonly [K in N]: V };

/** API keys: their secrets are in the answer that makes them, and nowhere else. */
export interface Keys {
  /** Makes a key that can do no more than the one that asks. */
  create(
    request: NewKey,
    options?: CallOptions,
  ): Promise<Done<"created", "key", IssuedKey> | Refusals<"createKey">>;
  list(
    query?: ListKeysQuery,
    options?: CallOptions,
  ): Promise<Done<"listed", "list", KeyList> | Refusals<"listKeys">>;
  /** Null where there is none of this tenant. */
  get(id: string, options?: CallOptions): Promise<KeyDetails | null>;
  /** Makes a successor; the old key works on for a day, or as long as is asked. */
  rotate(
    id: string,
    request?: Rotation,
    options?: CallOptions,
  ): Promise<Done<"rotated", "key", IssuedKey> | Refusals<"rotateKey">>;
  revoke(id: string, options?: CallOptions): Promise<Done<"revoked", "key", Key> | Refusals<"revokeKey">>;
  /** Takes one vendor's secret away; the others go on working. */
  revokeDialect(
    id: string,
    dialect: keyof Key["dialects"],
    options?: CallOptions,
  ): Promise<Done<"revoked", "key", Key> | Refusals<"revokeKeyDialect">>;
}

/** Named settings. */
export interface Services {
  create(
    request: NewService,
    options?: CallOptions,
  ): Promise<Done<"created", "service", Service> | Refusals<"createService">>;
  list(
    query?: ListServicesQuery,
    options?: CallOptions,
  ): Promise<Done<"listed", "list", ServiceList> | Refusals<"listServices">>;
  get(id: string, options?: CallOptions): Promise<Service | null>;
  /** What is not given stays. */
  update(
    id: string,
    changes: ServiceChanges,
    options?: CallOptions,
  ): Promise<Done<"updated", "service", Service> | Refusals<"updateService">>;
}

/** For keys of the installation's first tenant. */
export interface Tenants {
  /** With its first service and its first key, whose secret is shown once. */
  create(
    request: NewTenant,
    options?: CallOptions,
  ): Promise<Done<"created", "tenant", StartedTenant> | Refusals<"createTenant">>;
  list(
    query?: ListTenantsQuery,
    options?: CallOptions,
  ): Promise<Done<"listed", "list", TenantList> | Refusals<"listTenants">>;
  get(id: string, options?: CallOptions): Promise<Tenant | null>;
}

/** Texts of your own. */
export interface Messages {
  /**
   * Sends a text; the promise resolves when it is durable.
   * @example
   * const sent = await client.messages.send({ to: "+14155550123", text: "Your table is free." });
   */
  send(
    request: NewMessage,
    options?: CallOptions,
  ): Promise<Done<"accepted", "message", Message> | Refusals<"sendMessage">>;
  list(
    query?: ListMessagesQuery,
    options?: CallOptions,
  ): Promise<Done<"listed", "list", MessageList> | Refusals<"listMessages">>;
  get(id: string, options?: CallOptions): Promise<Message | null>;
}

/** What became of the messages that carried codes. */
export interface Deliveries {
  list(
    query?: ListDeliveriesQuery,
    options?: CallOptions,
  ): Promise<Done<"listed", "list", DeliveryList> | Refusals<"listDeliveries">>;
  /** `binding` as at the start of its verification. */
  get(
    id: string,
    asked?: { readonly binding?: string },
    options?: CallOptions,
  ): Promise<FoundDelivery | null>;
}

/** Where events are posted. */
export interface Webhooks {
  /** Its secret is in this answer and nowhere else. */
  create(
    request: NewWebhook,
    options?: CallOptions,
  ): Promise<Done<"created", "webhook", IssuedWebhook> | Refusals<"createWebhook">>;
  list(
    query?: ListWebhooksQuery,
    options?: CallOptions,
  ): Promise<Done<"listed", "list", WebhookList> | Refusals<"listWebhooks">>;
  get(id: string, options?: CallOptions): Promise<Webhook | null>;
  /** What is not given stays; `enabled: true` brings back one that was disabled. */
  update(
    id: string,
    changes: WebhookChanges,
    options?: CallOptions,
  ): Promise<Done<"updated", "webhook", Webhook> | Refusals<"updateWebhook">>;
  /** Gives it a new secret; the former one signs along for a day, or as long as is asked. */
  rotate(
    id: string,
    request?: WebhookRotation,
    options?: CallOptions,
  ): Promise<Done<"rotated", "webhook", IssuedWebhook> | Refusals<"rotateWebhookSecret">>;
  remove(
    id: string,
    options?: CallOptions,
  ): Promise<Done<"removed", "webhook", Webhook> | Refusals<"deleteWebhook">>;
  /** Posts a test event now: `posts` says what its receiver made of it. */
  test(
    id: string,
    options?: CallOptions,
  ): Promise<Done<"tested", "event", WebhookEventDetails> | Refusals<"testWebhook">>;
  events(
    id: string,
    query?: ListWebhookEventsQuery,
    options?: CallOptions,
  ): Promise<Done<"listed", "list", WebhookEventList> | Refusals<"listWebhookEvents">>;
  event(id: string, eventId: string, options?: CallOptions): Promise<WebhookEventDetails | null>;
  /** Posts an event again, with its first id. */
  replay(
    id: string,
    eventId: string,
    options?: CallOptions,
  ): Promise<Done<"replayed", "event", WebhookEvent> | Refusals<"replayWebhookEvent">>;
  /** Posts all that failed again, or all that were received; at most 500, then go on with `nextCursor`. */
  replayAll(
    id: string,
    request?: WebhookReplay,
    options?: CallOptions,
  ): Promise<Done<"replayed", "events", WebhookReplayed> | Refusals<"replayWebhookEvents">>;
}

/** Which key everything is under; for keys of the installation's first tenant. */
export interface Secrets {
  /** Reads every row that holds something sealed. */
  status(options?: CallOptions): Promise<SecretsStatus>;
  /** Starts a rotation, which goes on in the background; where one is under way, the answer is that one. */
  rotate(
    request?: NewSecretsRotation,
    options?: CallOptions,
  ): Promise<Done<"rotating", "rotation", SecretsRotation> | Refusals<"rotateSecrets">>;
  /** How far the last one is. */
  rotation(options?: CallOptions): Promise<LastSecretsRotation>;
}

/** What operators and their programs do. The key needs the scope of each. */
export interface Administration {
  readonly keys: Keys;
  readonly services: Services;
  readonly tenants: Tenants;
  readonly messages: Messages;
  readonly deliveries: Deliveries;
  readonly webhooks: Webhooks;
  readonly secrets: Secrets;
  /** Writes a copy of the embedded database beside it, on the machine of the server. */
  backup(
    request?: NewBackup,
    options?: CallOptions,
  ): Promise<Done<"made", "backup", Backup> | Refusals<"createBackup">>;
  /** How the carriers stand, as the node that answers sees them. */
  carriers(options?: CallOptions): Promise<Carriers>;
  /** Who would be asked to take a message to a number now, and why in this order. */
  route(
    number: string,
    query?: ExplainRouteQuery,
    options?: CallOptions,
  ): Promise<Done<"explained", "route", Route> | Refusals<"explainRoute">>;
}

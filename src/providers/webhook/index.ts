/** Any carrier behind an address of the installation's own: one signed request a message. */
export { createWebhookProvider } from "./provider.ts";
export { isWebhookSecret, type WebhookSettings } from "./settings.ts";

/** The server: HTTP around an engine. */
export { type FacadeName, facadeNames } from "../config/facades.ts";
export { StartRefused, type StartRefusedCode } from "../instance/start-refused.ts";
export { isMetBy, makeOwnAccountLink } from "./account-links.ts";
export { adminSocketPath } from "./admin-socket.ts";
export type { HostView } from "./app.ts";
export { namesThisMachine } from "./client-address.ts";
export { cookieIn } from "./cookies.ts";
export type { LimitSettings } from "./limits.ts";
export { type LocalApp, openLocalApp } from "./local.ts";
export { type MountableApp, openMountableApp } from "./mountable.ts";
export { makeOwnLink } from "./own-links.ts";
export { isOwnPath } from "./page-links.ts";
export { problemBody } from "./parser-errors.ts";
export { type RunningSandbox, startSandbox } from "./sandbox-only.ts";
export { type RunningServer, type ServerOptions, startServer } from "./serve.ts";

/** Flowroute: SMS in North America and, with v2.2, beyond. */
export { createFlowrouteProvider } from "./provider.ts";
export { type FlowrouteSettings, type FlowrouteVersion, flowrouteVersions } from "./settings.ts";

/** What an application embeds. */
export type {
  Engine,
  StartRequest,
  StartResult,
  VerificationResult,
  VerificationView,
} from "./engine/index.ts";
export { type Instance, type InstanceOptions, openInstance } from "./instance/instance.ts";

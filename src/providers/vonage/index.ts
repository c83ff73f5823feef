/** Vonage: texts by its SMS or Messages API, and calls. */
export { createVonageProvider } from "./provider.ts";
export {
  isVonagePrivateKey,
  type VonageApi,
  type VonageSettings,
  type VonageSignature,
  vonageApis,
  vonageSignatures,
} from "./settings.ts";

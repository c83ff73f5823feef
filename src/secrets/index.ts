/** Keys, sealing, blind indexes and the derivation of codes: the only room that does cryptography for verifications. */
export { type CodeContext, codesEqual, comparedWith, deriveCode } from "./code.ts";
export { dataKeyId, isDataKeyId, newDataKey, rewrapped, unwrapDataKey } from "./data-key.ts";
export { textsEqual } from "./equal.ts";
export { SealBroken, SecretInvalid } from "./errors.ts";
export { type EventSigner, eventSigner } from "./event-signature.ts";
export {
  bearerDigest,
  checkValue,
  createKeyring,
  type KeyPurpose,
  type Keyring,
  keyedDigest,
  keyPurposes,
  type LastingKeys,
  lastingKeys,
  masterSecretBytesMin,
  requireKey,
  withLastingKeys,
} from "./keyring.ts";
export { messageContext, openReceiptUrl, openText, sealReceiptUrl, sealText } from "./message-seal.ts";
export {
  dialectSigningSecret,
  requestSignature,
  type SignatureMethod,
  signatureMethods,
  signedParameters,
} from "./request-signature.ts";
export {
  bindingDigest,
  blindIndex,
  counterDigest,
  open,
  openUnder,
  type SealContext,
  type SealKey,
  seal,
  sealKeyId,
  sealUnder,
} from "./sealing.ts";
export { Secret } from "./secret.ts";
export { type PublicJwk, signStatement, statementKeys } from "./statement-key.ts";
export { ownerOfHandle, userHandle } from "./user-handle.ts";
export { newWebhookSecret, signWebhook, webhookSecretProblem } from "./webhook-signature.ts";

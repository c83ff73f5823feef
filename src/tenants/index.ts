/** Who calls, with which keys and settings. */
export {
  adoptApiKey,
  completedKey,
  createApiKey,
  type IssuedKey,
  issuedKey,
  type NewKey,
  ownKeyLengthMin,
} from "./api-keys.ts";
export {
  type DataKey,
  type DataKeys,
  type RotatedTable,
  type Rotation,
  rotatedTables,
  rotationId,
} from "./data-key-records.ts";
export { useDataKeys, usesDataKeys } from "./data-key-use.ts";
export { createDataKeyring, type DataKeyring, useNewDataKey } from "./data-keyring.ts";
export { createDirectory, type Directory } from "./directory.ts";
export { firstTenant } from "./first-tenant.ts";
export {
  addressRangeProblem,
  furtherRight,
  isUsable,
  type Rights,
  retireKey,
  revokeDialect,
  revokeKey,
} from "./key-changes.ts";
export { type Accent, accentOf, isReturnUrl, pageSettingsProblem } from "./page-settings.ts";
export {
  fromPolicySettings,
  type PolicyChanges,
  type PolicySettings,
  policySettingsProblem,
  toPolicySettings,
} from "./policy-settings.ts";
export {
  type AdoptedIds,
  type ApiKey,
  type Dialect,
  type DialectRecord,
  dialectNames,
  dialects,
  type PageSettings,
  type Platform,
  type Scope,
  type Service,
  type ServiceSettings,
  scopes,
  type TelnyxChannel,
  type TelnyxProfile,
  type TelnyxTemplate,
  type Templates,
  type Tenant,
  type TextSettings,
} from "./records.ts";

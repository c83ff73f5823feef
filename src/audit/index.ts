/** The audit log: every administrative act, in a chain that nobody changes unnoticed. */
export { auditEntryId, auditHeadKey, auditWrites, machineAct } from "./chain.ts";
export {
  type AuditFault,
  type AuditParts,
  type AuditVerdict,
  acceptAudit,
  appendAudit,
  auditEntries,
  beginAudit,
  type Trimmed,
  trimAudit,
  verifyAudit,
} from "./log.ts";
export type {
  AuditAct,
  AuditActor,
  AuditEntry,
  AuditHead,
  AuditLink,
  AuditOutcome,
  AuditRow,
} from "./records.ts";

/** E-mail by the installation's own mail server or relay. */
export { hasSmtpLibrary, smtpLibraryMissing } from "./library.ts";
export { createSmtpProvider } from "./provider.ts";
export { type SmtpSecurity, type SmtpSettings, smtpPorts, smtpSecurities } from "./settings.ts";

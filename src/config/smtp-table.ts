import { parseEmail } from "../numbers/email.ts";
import { smtpPorts, smtpSecurities } from "../providers/smtp/settings.ts";
import { named, secretOf, sender } from "./carrier-setting.ts";
import { integer, oneOf } from "./setting.ts";

const anAddress = "an e-mail address such as no-reply@example.com";
const host = "a name or an IP address, without scheme and port";

/** The mail server that e-mail goes by. */
export const smtpTable = {
  smtpHost: named(
    "SMTP_HOST",
    "E-mail by SMTP: the mail server that takes messages for anybody. It needs the package nodemailer beside countersign.",
    host,
    (given) =>
      /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^[0-9a-f:.]{2,45}$/i.test(given)
        ? null
        : `allowed is ${host}`,
  ),
  smtpPort: integer({
    environment: "COUNTERSIGN_SMTP_PORT",
    description: "E-mail by SMTP: its port.",
    default: 0,
    defaultText: `${smtpPorts.starttls}; with tls ${smtpPorts.tls}, with off ${smtpPorts.off}`,
    min: 1,
    max: 65_535,
  }),
  smtpSecurity: oneOf(smtpSecurities, {
    environment: "COUNTERSIGN_SMTP_SECURITY",
    description:
      "E-mail by SMTP: how it is encrypted. starttls begins in the clear and says nothing before it is encrypted; tls is encrypted from the first byte. Certificates are always verified. off is for a mail server on this machine alone.",
    default: "starttls",
  }),
  smtpUser: named(
    "SMTP_USER",
    "E-mail by SMTP: the name to sign in with, where the server asks for one.",
    "1 to 256 characters",
    (given) => (/^[^\p{Cc}]{1,256}$/u.test(given) ? null : "allowed are 1 to 256 visible characters"),
  ),
  smtpPassword: secretOf(
    "SMTP_PASSWORD",
    "E-mail by SMTP: the password to sign in with.",
    "what the mail server's account says",
  ),
  smtpFrom: sender(
    "SMTP_FROM",
    "E-mail by SMTP: the address that messages come from. The name before it is the brand of the service.",
    anAddress,
    isEmail,
  ),
  smtpEnvelopeFrom: sender(
    "SMTP_ENVELOPE_FROM",
    "E-mail by SMTP: the address that bounces go to, where it is another one. Nobody here reads it.",
    anAddress,
    isEmail,
  ),
  smtpConnections: integer({
    environment: "COUNTERSIGN_SMTP_CONNECTIONS",
    description:
      "E-mail by SMTP: how many connections one server keeps at once. Each brings a message at a time.",
    default: 5,
    min: 1,
    max: 100,
  }),
};

function isEmail(given: string): boolean {
  return parseEmail(given).type === "parsed";
}

import { passkeySettings } from "./passkey-settings.ts";
import { integer, text } from "./setting.ts";
import { accountUrlProblem } from "./values.ts";

/** People who sign in, and what they sign in with. */
export const accountSettings = {
  accountUrl: text<string | null>(
    {
      environment: "COUNTERSIGN_ACCOUNT_URL",
      description:
        "Where the pages behind the links of notices (/not-me) and resets (/reset) are, if they are pages of your own.",
      allowed: "an http or https address without query and fragment, such as https://app.example.com/account",
      default: null,
      defaultText: "PUBLIC_URL with /account; without one, notices have no link",
    },
    accountUrlProblem,
  ),
  breachedPasswords: text<string | null>(
    {
      environment: "COUNTERSIGN_BREACHED_PASSWORDS",
      description:
        "A list of breached passwords, which nobody may choose: SHA-1 hashes as haveibeenpwned.com gives them out. It is searched where it lies and never sent anywhere.",
      allowed: "the path of one sorted file, or of a folder of ranges (ABCDE or ABCDE.txt)",
      default: null,
      defaultText: "none: only the 20,000 most common are refused",
    },
    () => null,
  ),
  trustedDeviceDays: integer({
    environment: "COUNTERSIGN_TRUSTED_DEVICE_DAYS",
    description:
      "How many days a device that somebody trusts signs in with a password alone. With 0 no device is trusted.",
    default: 30,
    min: 0,
    max: 365,
  }),
  changeWaitHours: integer({
    environment: "COUNTERSIGN_CHANGE_WAIT_HOURS",
    description:
      "How many hours the last authenticator that protects an account waits before it is removed, while its owner is told and may object. 0 removes it at once.",
    default: 24,
    min: 0,
    max: 720,
  }),
  addressAgeMaxDays: integer({
    environment: "COUNTERSIGN_ADDRESS_AGE_MAX_DAYS",
    description:
      "After how many days without a code that came back a number or an e-mail address of a subscriber gets nothing but its own codes until one comes back: numbers are given to other people. 0 sets no age.",
    default: 365,
    min: 0,
    max: 3_650,
  }),
  ...passkeySettings,
};

import { cellMax } from "../clock/index.ts";
import { databaseUrlProblem } from "../store/postgres/hosts.ts";
import { ownKeyLengthMin } from "../tenants/api-keys.ts";
import { oneSecret, type Setting, secrets, text } from "./setting.ts";
import { apiKeyProblem, masterSecretProblem } from "./values.ts";

/** A number that may be none. */
const cellNumber: Setting<number | null> = {
  environment: "COUNTERSIGN_CELL",
  description:
    "Which of several installations this one is, where more than one database shares the load: the last byte of every verification's id says it, so that a router in front knows where a check belongs.",
  allowed: `a whole number from 0 to ${cellMax}`,
  default: null,
  defaultText: "none: there is one installation",
  isSecret: false,
  parse(given) {
    const value = /^\d{1,3}$/.test(given) ? Number(given) : Number.NaN;
    return value <= cellMax ? { value } : { problem: `allowed is a whole number from 0 to ${cellMax}` };
  },
  show: String,
};

/** Where everything is kept, and under which secrets. */
export const dataSettings = {
  data: text<string>(
    {
      environment: "COUNTERSIGN_DATA",
      description:
        "The folder of the embedded database, which one process holds at a time. With DATABASE_URL only the socket of the command line is in it.",
      allowed: "the path of a folder",
      default: "./data",
    },
    () => null,
  ),
  databaseUrl: oneSecret(
    {
      environment: "DATABASE_URL",
      description:
        "The PostgreSQL database (15 or newer) of any number of servers. It needs COUNTERSIGN_SECRET, the same on each of them. With several hosts the one that takes writes is used.",
      allowed:
        "an address such as postgres://user:password@host/database, or @host-1:5432,host-2:5432/database with standbys",
      default: null,
      defaultText: "none: the embedded database in the data folder",
    },
    (given) => databaseUrlProblem(given.reveal()),
  ),
  cell: cellNumber,
  secret: secrets(
    {
      environment: "COUNTERSIGN_SECRET",
      description:
        "The master secret, from which every key is derived. Former secrets follow the current one, with commas between them, so that what they sealed can still be opened; `countersign secrets status` says when one may be removed.",
      allowed: "32 or more bytes that are no example, such as the output of `openssl rand -base64 32`",
      default: [],
      defaultText: "made once and kept in the data folder; production refuses that",
    },
    masterSecretProblem,
  ),
  apiKey: oneSecret(
    {
      environment: "COUNTERSIGN_API_KEY",
      description: "The first API key, for installations that bring their own.",
      allowed: `${ownKeyLengthMin} to 256 printable ASCII characters without spaces, at least 10 different ones`,
      default: null,
      defaultText: "made and shown once on the first start",
    },
    apiKeyProblem,
  ),
};

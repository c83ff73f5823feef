/**
 * Every pattern of the API's schemas with its words: a regular expression explains little to whoever sees only the
 * refusal.
 */
export const forms = {
  pageLimit: { pattern: "^([1-9][0-9]?|100)$", words: "a whole number from 1 to 100" },
  seconds: { pattern: "^[1-9][0-9]{0,7}$", words: "a whole number of seconds, more than 0" },
  purpose: {
    pattern: "^[a-z][a-z0-9_-]{0,31}$",
    words: "1 to 32 lower-case letters, digits, _ or -, beginning with a letter",
  },
  // What a header can repeat as it is, since GET and DELETE have no body.
  binding: {
    // What begins like that is bound to an authenticator: its codes are checked by challenges alone.
    pattern: "^(?!authenticator:)[!-~](?:[ -~]*[!-~])?$",
    words: "printable ASCII without a space at either end, and not begin with authenticator:",
  },
  metadataName: { pattern: "^[A-Za-z0-9_.-]{1,40}$", words: "1 to 40 letters, digits, _, . or -" },
  serviceName: {
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$",
    words: "1 to 60 ASCII letters, digits, ., _ or -, beginning with a letter or digit",
  },
  tenantName: {
    pattern: "^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$",
    words: "1 to 60 ASCII letters, digits, spaces, ., _ or -, beginning with a letter or digit",
  },
  backupName: {
    pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
    words: "1 to 64 ASCII letters, digits, _ or -, beginning with a letter or digit",
  },
  colour: { pattern: "^#[0-9a-fA-F]{6}$", words: "a colour such as #1d5fd1" },
  uuid: {
    pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    words: "a UUID such as 12ade33a-21c0-473b-b055-b3c836e1c292",
  },
  twilioService: { pattern: "^VA[0-9a-fA-F]{32}$", words: "VA and 32 hexadecimal digits" },
  picture: {
    pattern: "^data:image/(png|jpeg|webp);base64,",
    words: "a PNG, JPEG or WebP picture as a data: URL in base64",
  },
} as const;

const words: ReadonlyMap<string, string> = new Map(
  Object.values(forms).map((one): [string, string] => [one.pattern, one.words]),
);

export function formOf(pattern: string): string {
  return words.get(pattern) ?? "of the form that the API's document describes";
}

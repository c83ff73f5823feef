/**
 * An e-mail address in lower case. RFC 5321 2.4 leaves it to the mailbox's server whether case counts, and practically all
 * fold it: were each spelling a recipient of its own, a name of eight letters had 256 budgets of guesses and messages, and
 * whoever guessed the code of one had proved an address that the application takes for its owner's (C-30). What stands
 * behind a plus sign stays: what it means, only the server knows.
 */
export type EmailAddress = string & { readonly __brand: "EmailAddress" };

/** Why an input is not an e-mail address we send to. */
export type EmailRefusal =
  | "empty"
  | "too_long"
  | "forbidden_character"
  | "at_sign"
  | "local_part_too_long"
  | "local_part_not_supported"
  | "domain_not_ascii"
  | "domain_not_valid";

/** An e-mail address, or the reason why there is none. `detail` never repeats the input. */
export type ParsedEmail =
  | { readonly type: "parsed"; readonly emailAddress: EmailAddress }
  | { readonly type: "refused"; readonly reason: EmailRefusal; readonly detail: string };

// RFC 5321 4.5.3.1.1 and 4.5.3.1.3: 64 octets of local part; 256 of path, of which two are its angle brackets.
const emailCharactersMax = 254;
const localPartCharactersMax = 64;

const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domainLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const unprintableOrSpace = /[\p{C}\p{Z}]/u;
const beyondAscii = /[^\x20-\x7e]/;

/**
 * Reads an e-mail address, conservatively: one @, an unquoted ASCII local part, a host name with at least two labels.
 * Quoted local parts, address literals, comments and SMTPUTF8 are legal and refused: no mailbox of a person needs
 * them, and each is a way to smuggle a second recipient past a mailer. A domain in another script must come as its
 * A-label (`xn--...`): turning it into one takes the tables of UTS #46.
 */
export function parseEmail(input: string): ParsedEmail {
  if (typeof input !== "string" || input === "") {
    return refused("empty", "There is no e-mail address.");
  }
  if (input.length > emailCharactersMax) {
    return refused("too_long", `The address is longer than ${emailCharactersMax} characters.`);
  }
  if (unprintableOrSpace.test(input)) {
    return refused("forbidden_character", "The address has a space or a control character.");
  }
  const [localPart, domain, ...rest] = input.split("@");
  if (!localPart || !domain || rest.length > 0) {
    return refused("at_sign", "An address is a name, one @ and a domain.");
  }
  if (localPart.length > localPartCharactersMax) {
    return refused(
      "local_part_too_long",
      `The part before the @ is longer than ${localPartCharactersMax} characters.`,
    );
  }
  if (!dotAtom.test(localPart)) {
    return refused(
      "local_part_not_supported",
      "The part before the @ has quotes or characters that are not supported.",
    );
  }
  if (beyondAscii.test(domain)) {
    return refused("domain_not_ascii", "Write an internationalised domain in its ASCII form, xn--...");
  }
  const host = domain.toLowerCase();
  if (!isHostName(host)) {
    return refused("domain_not_valid", "The part after the @ is not a domain name.");
  }
  return { type: "parsed", emailAddress: `${localPart.toLowerCase()}@${host}` as EmailAddress };
}

function isHostName(host: string): boolean {
  const labels = host.split(".");
  const topLevel = labels.at(-1) ?? "";
  // RFC 3696 clause 2: no top-level domain is all digits, so this is what refuses bare IP addresses.
  return labels.length >= 2 && labels.every((label) => domainLabel.test(label)) && /\D/.test(topLevel);
}

function refused(reason: EmailRefusal, detail: string): ParsedEmail {
  return { type: "refused", reason, detail };
}

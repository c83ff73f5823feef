import { type ParseOptions, type PhoneNumber, parsePhoneNumber } from "../../src/numbers/phone-number.ts";

/** The number that a test's input must read as; a refusal fails the test with its reason. */
export function readNumber(input: string, options?: ParseOptions): PhoneNumber {
  const result = parsePhoneNumber(input, options);
  if (result.type === "refused") {
    throw new Error(`${JSON.stringify(input)} was refused: ${result.reason}`);
  }
  return result.phoneNumber;
}

/** The E.164 form that a test's input must read as. */
export function e164Of(input: string, options?: ParseOptions): string {
  return readNumber(input, options).e164;
}

/** Why an input is refused, or `parsed ...` if it is not. */
export function reasonOf(input: string, options?: ParseOptions): string {
  const result = parsePhoneNumber(input, options);
  return result.type === "refused" ? result.reason : `parsed ${result.phoneNumber.e164}`;
}

/** The calls of Verify v1 that have texts of their own; a payment is a start. */
export type VerifyCall = "start" | "check" | "search" | "control";

/** An outcome as the vendor writes it: always with HTTP 200, told by a status that is a text. */
export interface VonageError {
  readonly status: string;
  readonly text: string;
  /** Further fields of the answer, such as the request that is under way. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** An error on its way to the answer. */
export class VonageRefusal extends Error {
  override readonly name = "VonageRefusal";
  readonly error: VonageError;

  constructor(error: VonageError) {
    super(error.text);
    this.error = error;
  }
}

const unable = "The Vonage platform was unable to process this message for the following reason: ";

/** Every status of Verify v1 that we send, with its text. */
export const errors = {
  throttled: { status: "1", text: "Throttled" },
  missing: (name: string): VonageError => ({ status: "2", text: `Missing ${name}` }),
  invalid: (name: string): VonageError => ({ status: "3", text: `Invalid value for param: ${name}` }),
  invalidNumber: { status: "3", text: "Invalid value for number" },
  credentials: (call: VerifyCall): VonageError => ({
    status: "4",
    text: call === "start" ? "Invalid credentials were provided" : "Bad credentials",
  }),
  internal: { status: "5", text: "Internal Error" },
  notRouted: { status: "6", text: `${unable}The request could not be routed.` },
  notFound: (call: VerifyCall, id: string): VonageError => ({
    status: "6",
    text:
      call === "check"
        ? `${unable}Request '${id}' was not found or it has been verified already.`
        : `The requestId '${id}' does not exist or its no longer active.`,
  }),
  numberBlocked: {
    status: "7",
    text: "The number you are trying to verify is blacklisted for verification.",
  },
  networkBlocked: {
    status: "7",
    text: "The network you are trying to verify has been blocked due to possible fraudulent activity",
  },
  barred: {
    status: "8",
    text: "The api_key you supplied is for an account that has been barred from submitting messages.",
  },
  quota: { status: "9", text: "Partner quota exceeded" },
  concurrent: (id: string): VonageError => ({
    status: "10",
    text: "Concurrent verifications to the same number are not allowed",
    fields: { request_id: id },
  }),
  unsupportedNetwork: {
    status: "15",
    text: "The destination number is not in a supported network",
  },
  wrongCode: { status: "16", text: "The code provided does not match the expected value" },
  tooManyCodes: {
    status: "17",
    text: "The wrong code was provided too many times. Request terminated",
  },
  cancelTooEarly: (id: string, seconds: number): VonageError => ({
    status: "19",
    text: `Verification request ['${id}'] can't be cancelled within the first ${seconds} seconds.`,
  }),
  cancelTooLate: (id: string): VonageError => ({
    status: "19",
    // Two spaces, as the vendor writes it.
    text: `Verification request  ['${id}'] can't be cancelled now. Too many attempts to re-deliver have already been made.`,
  }),
  noMoreEvents: (id: string): VonageError => ({
    status: "19",
    text: `No more events are left to execute for the request ['${id}']`,
  }),
  ownCode: { status: "20", text: "This account does not support the parameter: pin_code." },
  noResponse: { status: "101", text: "No response found" },
} as const satisfies Readonly<Record<string, VonageError | ((...args: never[]) => VonageError)>>;

export function refuse(error: VonageError): never {
  throw new VonageRefusal(error);
}

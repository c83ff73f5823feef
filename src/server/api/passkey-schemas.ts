import type { CreationOptions, RequestOptions } from "../../authenticators/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { forms } from "../forms.ts";
import { Instant, opaque, strict } from "./schemas.ts";
import { bindingLengthMax } from "./verification-schemas.ts";

export const bearer = opaque(200, "Of a session of ours, as `POST /sessions` or a check answered it");
export const binding = Type.String({
  minLength: 1,
  maxLength: bindingLengthMax,
  pattern: forms.binding.pattern,
  description: "Your own session's handle: only whoever repeats it may go on",
});
export const device = Type.Optional(
  opaque(200, "A long random text from a cookie of yours: the device to remember"),
);
export const browser = Type.Optional(
  opaque(60, "By what they recognise the session on a list, such as `Firefox, Linux`"),
);

const base64url = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, description });

/** What a browser answered. Browsers add fields with time, so that what we do not know is not refused here. */
export const PasskeyBody = Type.Object(
  {
    id: base64url(1_400, "The credential, in base64url as everything here"),
    rawId: base64url(1_400, "The same"),
    type: Type.String({ maxLength: 32, description: "`public-key`" }),
    response: Type.Object({
      clientDataJSON: base64url(8_192, "What the browser says of itself"),
      attestationObject: Type.Optional(base64url(16_384, "Of an enrolment: the new key")),
      transports: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 16 })),
      authenticatorData: Type.Optional(base64url(4_096, "Of a use: what the authenticator says")),
      signature: Type.Optional(base64url(2_048, "Of a use")),
      userHandle: Type.Optional(
        Type.Union([Type.String({ maxLength: 128, description: "Of a use: whose it is" }), Type.Null()]),
      ),
    }),
  },
  { title: "PasskeyAnswer", description: "What `credential.toJSON()` gives in the browser" },
);

const Descriptor = Type.Object(
  { type: Type.Literal("public-key"), id: Type.String(), transports: Type.Array(Type.String()) },
  { title: "PasskeyDescriptor" },
);

export const CreationOptionsBody = Type.Object(
  {
    rp: Type.Object({ id: Type.String(), name: Type.String() }),
    user: Type.Object({ id: Type.String(), name: Type.String(), displayName: Type.String() }),
    challenge: Type.String(),
    pubKeyCredParams: Type.Array(Type.Object({ type: Type.Literal("public-key"), alg: Type.Integer() })),
    timeout: Type.Integer({ description: "In milliseconds" }),
    excludeCredentials: Type.Array(Descriptor),
    authenticatorSelection: Type.Object({
      residentKey: Type.Literal("required"),
      requireResidentKey: Type.Literal(true),
      userVerification: Type.Literal("required"),
    }),
    attestation: Type.Literal("none"),
  },
  {
    title: "PasskeyCreationOptions",
    description: "For `PublicKeyCredential.parseCreationOptionsFromJSON` in the browser",
  },
);

export const RequestOptionsBody = Type.Object(
  {
    challenge: Type.String(),
    timeout: Type.Integer({ description: "In milliseconds" }),
    rpId: Type.String(),
    allowCredentials: Type.Array(Descriptor),
    userVerification: Type.Literal("required"),
  },
  {
    title: "PasskeyRequestOptions",
    description: "For `PublicKeyCredential.parseRequestOptionsFromJSON` in the browser",
  },
);

const optionsOnce = Type.Union([RequestOptionsBody, Type.Null()]);

export const AskPasskeyBody = strict(
  { binding: Type.Optional(binding), session: Type.Optional(bearer) },
  { title: "AskPasskey" },
);

export const AskedPasskeyBody = Type.Object({ options: optionsOnce }, { title: "AskedPasskey" });

export const AskPasskeySignInBody = strict({ binding }, { title: "AskPasskeySignIn" });

export const AskedPasskeySignInBody = Type.Object(
  { id: Type.String(), endsAt: Instant, options: optionsOnce },
  { title: "AskedPasskeySignIn" },
);

export const PasskeySignInBody = strict(
  { binding, passkey: PasskeyBody, device, browser },
  { title: "PasskeySignIn" },
);

/** As one of our own, to be written out. */
export const toOptionsBody = (
  one: RequestOptions | null | undefined,
): Static<typeof RequestOptionsBody> | null =>
  one === null || one === undefined
    ? null
    : { ...one, allowCredentials: one.allowCredentials.map(toDescriptor) };

export const toCreationOptionsBody = (
  one: CreationOptions | null | undefined,
): Static<typeof CreationOptionsBody> | null =>
  one === null || one === undefined
    ? null
    : {
        ...one,
        pubKeyCredParams: [...one.pubKeyCredParams],
        excludeCredentials: one.excludeCredentials.map(toDescriptor),
      };

const toDescriptor = ({
  transports,
  ...rest
}: RequestOptions["allowCredentials"][number]): Static<typeof Descriptor> => ({
  ...rest,
  transports: [...transports],
});

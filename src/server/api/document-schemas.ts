import { errorTable } from "../../errors/codes.ts";
import { Type } from "../../schemas/index.ts";
import { AuthenticatorBody, BegunBody } from "./account-schemas.ts";

type Json = Record<string, unknown>;

/** RFC 9457, with the fields that help a caller to go on. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ description: "URI reference of the page that explains `code`" }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(errorTable), { description: "Stable; what programs look at" }),
    detail: Type.String({ description: "For people" }),
    instance: Type.String({ description: "Id of the request, as in the server's log" }),
    retryable: Type.Boolean({ description: "Whether the same request may succeed later" }),
    field: Type.Optional(Type.String({ description: "The field that is wrong" })),
    reason: Type.Optional(Type.String({ description: "Why a number is refused" })),
    scope: Type.Optional(Type.String({ description: "The scope that the key lacks" })),
    limit: Type.Optional(Type.String({ description: "Which limit is reached" })),
    checksLeft: Type.Optional(Type.Integer({ minimum: 0 })),
    verificationStatus: Type.Optional(Type.String()),
    verificationId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    challengeStatus: Type.Optional(Type.String()),
    challengeId: Type.Optional(Type.String()),
    subscriberId: Type.Optional(Type.String()),
    pending: Type.Optional(BegunBody),
    authenticators: Type.Optional(Type.Array(AuthenticatorBody)),
    least: Type.Optional(Type.Integer({ description: "How many characters are needed" })),
    most: Type.Optional(Type.Integer({ description: "How many there may be" })),
    retryAt: Type.Optional(Type.String({ format: "date-time" })),
  },
  { title: "Problem" },
);

/** Moves every schema with a title to the components, so that clients get one type for it instead of one a route. */
export function withComponents({ paths }: { paths: Json }): { paths: unknown; components: Json } {
  const components: Json = {};
  // Hundreds of routes have the same schemas.
  const known = new Map<object, unknown>();
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== "object" || value === null) return value;
    const there = known.get(value);
    if (there !== undefined) return there;
    const made = movedObject(value);
    known.set(value, made);
    return made;
  };
  const movedObject = (value: object): unknown => {
    const walked = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, moved(one)]));
    const { type, title } = walked;
    // A problem's example has a title too; its type is no type of JSON.
    if (type !== "object" || typeof title !== "string") return walked;
    components[title] = walked;
    return { $ref: `#/components/schemas/${title}` };
  };
  return { paths: moved(paths), components };
}

import { Type } from "../../schemas/index.ts";
import { opaque, orNull, strict } from "./schemas.ts";

/** What of a subscriber is changed without any proof. */
export const UpdateSubscriberBody = strict(
  {
    locale: orNull(
      opaque(35, "BCP 47: in which language they get codes and notices; null for that of the service"),
    ),
  },
  { title: "UpdateSubscriber" },
);

/** How much goes with a subscriber. A word that is neither is refused: nobody is removed without what was meant to go. */
export const RemovalQuery = strict({
  erase: Type.Optional(
    Type.Enum(["true", "false"], {
      description: "Whether what was sent to their proved numbers and addresses goes as well",
    }),
  ),
});

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

import { expect, test } from "vitest";
import { ask, eachLater, post } from "./account-calls.ts";
import { current, person, withApp } from "./account-people.ts";

eachLater();

test("refusals name their remedy: a missing header, a scope, a step-up, a ticket of the other pages", async () => {
  const one = await withApp();
  const { id: without } = await person();
  const { json: challenge } = await post("/challenges", { subscriberId: one.id, binding: "mine" });
  const own = `/challenges/${challenge.challenge.id}`;
  for (const [said, asked] of [
    ["the header `Countersign-Session`", ask("GET", "/sessions/current")],
    ["has ended", current("css_none")],
    ["`POST /api/v1/subscribers/{id}/authenticators`", post("/challenges", { subscriberId: without })],
    ["the `binding` or `session`", post(`${own}/check`, { code: "123456", binding: "other" })],
    ["`Countersign-Binding`", ask("DELETE", own)],
    ["`Countersign-Binding`", ask("DELETE", "/challenges/mine")],
    [
      "`stepUp` or in the header",
      ask("DELETE", `/subscribers/${one.id}/authenticators/${one.authenticatorId}`),
    ],
    ["`POST /api/v1/sessions/redeem`", post("/tickets/redeem", { ticket: "t".repeat(208) })],
    ["`POST /api/v1/tickets/redeem`", post("/sessions/redeem", { ticket: "t".repeat(54) })],
  ] as const) {
    expect((await asked).json.detail, said).toContain(said);
  }
});

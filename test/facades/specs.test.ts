import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { wrongCode } from "../support/instance.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { openSpec, type Spec, specsAbsent } from "./specs.ts";
import { askTelnyx } from "./telnyx-requests.ts";
import { callerOf } from "./vonage-caller.ts";
import { ask } from "./vonage-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());
beforeEach((context) => {
  if (specsAbsent !== null) context.skip(specsAbsent);
});

function expectAs(spec: Spec, schema: string, value: unknown): void {
  expect(spec.problem(schema, value), `${schema}: ${JSON.stringify(value)}`).toBeNull();
}

test("the check itself finds an answer that is wrong", () => {
  const spec = openSpec("vonage/openapi-2021/verify.yml");
  expect(spec.problem("searchResponse", { status: "DONE", checks: [] })).toMatch(/status/);
  expect(openSpec("telnyx/telnyx-verify.json").problem("Verification", { status: "done" })).toMatch(/status/);
});

describe("answers are as the vendors describe them", () => {
  test("Vonage Verify v1", async () => {
    const spec = openSpec("vonage/openapi-2021/verify.yml");
    const { call, start, check, search, control } = callerOf(() => at);
    const { id, number, code } = await start();
    expectAs(spec, "requestResponse", { request_id: id, status: "0" });
    expectAs(spec, "requestErrorResponse", await call("/verify/json", { number, brand: "Acme" }));
    expectAs(spec, "requestErrorResponse", await call("/verify/json", { number: "1" }));
    expectAs(spec, "controlErrorResponse", await control(id, "cancel"));
    expectAs(spec, "controlResponse", await control(id, "trigger_next_event"));
    expectAs(spec, "checkErrorResponse", await check(id, wrongCode(code)));
    expectAs(spec, "searchResponse", await search(id));
    await at.settle();
    expectAs(spec, "checkResponse", await check(id, at.received(number)[0]?.code ?? ""));
    expectAs(spec, "searchResponse", await search(id));
    expectAs(spec, "searchErrorResponse", await search("0".repeat(32)));
  });

  test("Number Insight", async () => {
    const spec = openSpec("vonage/openapi-2021/number-insight.yml");
    for (const number of ["442079460018", "14155550123"]) {
      expectAs(spec, "niResponseJsonBasic", (await ask(at, "/ni/basic/json", { number })).body);
      expectAs(spec, "niResponseJsonStandard", (await ask(at, "/ni/standard/json", { number })).body);
      expectAs(
        spec,
        "niResponseJsonAdvancedRoamingUnknown",
        (await ask(at, "/ni/advanced/json", { number })).body,
      );
      const async = { number, callback: "https://hooks.example.com/" };
      expectAs(spec, "niResponseAsync", (await ask(at, "/ni/advanced/async/json", async)).body);
    }
  });

  test("Telnyx Verify", async () => {
    const spec = openSpec("telnyx/telnyx-verify.json");
    const profiles = await askTelnyx(at, "GET", "/verify_profiles");
    expectAs(spec, "ListVerifyProfilesResponse", profiles.body);
    const verify_profile_id = profiles.body.data[0].id;
    const to = `+${freshNumber()}`;
    const started = await askTelnyx(at, "POST", "/verifications/sms", {
      phone_number: to,
      verify_profile_id,
    });
    expectAs(spec, "CreateVerificationResponse", started.body);
    const { id } = started.body.data;
    expectAs(spec, "RetrieveVerificationResponse", (await askTelnyx(at, "GET", `/verifications/${id}`)).body);
    const path = `/verifications/by_phone_number/${to}`;
    expectAs(spec, "ListVerificationsResponse", (await askTelnyx(at, "GET", path)).body);
    const verified = await askTelnyx(at, "POST", `${path}/actions/verify`, { code: "1", verify_profile_id });
    expectAs(spec, "VerifyVerificationCodeResponse", verified.body);
    const lookup = openSpec("telnyx/telnyx-number-lookup.json");
    for (const number of ["+442079460018", "+14155550123", "+447400123456"]) {
      const { body } = await askTelnyx(at, "GET", `/number_lookup/${number}?type=carrier`);
      expectAs(lookup, "NumberLookupRecord", body.data);
    }
    const noNumber = await askTelnyx(at, "GET", "/number_lookup/12");
    expectAs(lookup, "number-lookup_Errors", noNumber.body);
    expectAs(spec, "verify_Errors", (await askTelnyx(at, "POST", "/verifications/sms", {})).body);
    const made = await askTelnyx(at, "POST", "/verify_profiles", {
      name: "x",
      sms: {},
      call: {},
      flashcall: {},
    });
    expectAs(spec, "VerifyProfileResponseDataWrapper", made.body);
    const templates = "/verify_profiles/templates";
    expectAs(spec, "ListVerifyProfileMessageTemplateResponse", (await askTelnyx(at, "GET", templates)).body);
    const text = "{{app_name}}: {{code}}";
    expectAs(
      spec,
      "MessageTemplateResponseDataWrapper",
      (await askTelnyx(at, "POST", templates, { text })).body,
    );
  });
});

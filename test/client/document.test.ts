import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Static } from "typebox";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { accountOutcomes, accountRefusals } from "../../src/client/account-refusals.ts";
import { faultCodes } from "../../src/client/fault.ts";
import type {
  Erased,
  NumberDescription,
  Page,
  PageRequest,
  Proof,
  Verification,
  VerificationDetails,
  VerificationList,
} from "../../src/client/index.ts";
import { outcomes, refusals } from "../../src/client/results.ts";
import type { StartRequest } from "../../src/client/verification.ts";
import { errorTable } from "../../src/errors/codes.ts";
import { accountRefusal } from "../../src/server/api/account-answers.ts";
import type { ErasedBody, NumberBody } from "../../src/server/api/numbers.ts";
import { type RefusedOutcome, refusal } from "../../src/server/api/outcomes.ts";
import type { NewPageBody, PageBody, RedeemedBody } from "../../src/server/api/pages.ts";
import type {
  StartBody,
  VerificationBody,
  VerificationDetailsBody,
  VerificationListBody,
} from "../../src/server/api/verification-schemas.ts";
import { type Json, operationsOf } from "../http/contract.ts";
import { openInstallation } from "../http/installation.ts";
import { schemaTypes } from "./schema-types.ts";

const installation = await openInstallation();
afterAll(() => installation.close());

describe("what the client knows is what the document says", async () => {
  const { json: document } = await installation.send({ path: "/api/openapi.json", key: null });
  const byId = new Map(operationsOf(document).map(({ operation }) => [operation.operationId, operation]));

  test.each(Object.entries({ ...refusals, ...accountRefusals }))(
    "%s: every code of the document is a refusal or a fault",
    (id, known) => {
      const responses: [string, Json][] = Object.entries(byId.get(id)?.responses ?? {});
      const problems = responses.filter(([status]) => Number(status) >= 400);
      const declared = problems.flatMap(
        ([, one]) => one.content["application/problem+json"].schema.allOf[1].properties.code.enum,
      );
      expect(declared.length).toBeGreaterThan(0);
      const all: readonly string[] = [...known, ...faultCodes];
      expect(declared.filter((code) => !all.includes(code))).toEqual([]);
      expect(known.filter((code) => !declared.includes(code))).toEqual([]);
    },
  );

  test("every operation of the document has a function", () => {
    expect(Object.keys({ ...refusals, ...accountRefusals }).sort()).toEqual([...byId.keys()].sort());
  });

  test("the types that are made from the document are its own: npx vitest run test/client/ -u", async () => {
    const path = join(import.meta.dirname, "..", "..", "src", "client", "schemas.generated.ts");
    const types = schemaTypes(document);
    // A sentence that changed waits for the next writing; a type does not.
    const bare = (text: string): string => text.replaceAll(/\/\*\*.*?\*\/\s*/g, "");
    const isSame = existsSync(path) && bare(types) === bare(readFileSync(path, "utf8"));
    if (!isSame) await expect(types).toMatchFileSnapshot(path);
  });

  test("every error code there is has a place in the client", () => {
    const known = new Set<string>([...Object.keys({ ...outcomes, ...accountOutcomes }), ...faultCodes]);
    expect(Object.keys(errorTable).filter((code) => !known.has(code))).toEqual([]);
  });

  /** Refusals that the routes themselves make. */
  const notOfTheEngine = [
    "cursor_invalid",
    "ticket_invalid",
    "not_found",
    "resource_conflict",
    "precondition_failed",
    "webhook_disabled",
  ];

  test("a refusal has the name that the engine's outcome has", () => {
    const names = Object.entries(outcomes).filter(([code]) => !notOfTheEngine.includes(code));
    for (const [code, outcome] of names) {
      expect(refusal({ outcome: outcome as RefusedOutcome }).code).toBe(code);
    }
    for (const [code, outcome] of Object.entries(accountOutcomes)) {
      const problem = { reason: "tooShort", least: 8 };
      expect(accountRefusal({ outcome, problem } as { readonly outcome: string }).code).toBe(code);
    }
  });

  test("the types are those of the routes' own schemas", () => {
    type Writable<T> = T extends readonly (infer E)[]
      ? Writable<E>[]
      : T extends object
        ? { -readonly [K in keyof T]: Writable<T[K]> }
        : T;
    expectTypeOf<Writable<Verification>>().toEqualTypeOf<Writable<Static<typeof VerificationBody>>>();
    expectTypeOf<Writable<VerificationDetails>>().toEqualTypeOf<
      Writable<Static<typeof VerificationDetailsBody>>
    >();
    expectTypeOf<Writable<VerificationList>>().toEqualTypeOf<Writable<Static<typeof VerificationListBody>>>();
    expectTypeOf<Writable<PageRequest>>().toEqualTypeOf<Writable<Static<typeof NewPageBody>>>();
    expectTypeOf<Writable<Page>>().toEqualTypeOf<Writable<Static<typeof PageBody>>>();
    expectTypeOf<Writable<Proof>>().toEqualTypeOf<Writable<Static<typeof RedeemedBody>>>();
    expectTypeOf<Writable<NumberDescription>>().toEqualTypeOf<Writable<Static<typeof NumberBody>>>();
    expectTypeOf<Writable<Erased>>().toEqualTypeOf<Writable<Static<typeof ErasedBody>>>();
    expectTypeOf<Writable<StartRequest>>().toEqualTypeOf<Writable<Static<typeof StartBody>>>();
  });
});

import { expect, test } from "vitest";
import { defaultPolicy } from "../verification/index.ts";
import { fromPolicySettings, policySettingsProblem, toPolicySettings } from "./policy-settings.ts";

test("every setting survives the way out and in again", () => {
  const settings = toPolicySettings({});
  expect(Object.keys(settings)).toHaveLength(Object.keys(defaultPolicy).length);
  expect(Object.keys(settings).filter((name) => name.endsWith("Ms"))).toEqual([]);
  expect(fromPolicySettings(settings)).toEqual(defaultPolicy);
});

test("only what was given is changed", () => {
  expect(fromPolicySettings({ codeLifetimeSeconds: 60, checksMax: undefined })).toEqual({
    codeLifetimeMs: 60_000,
  });
  expect(toPolicySettings({ checksMax: 2 })).toEqual({ ...toPolicySettings({}), checksMax: 2 });
});

test("a problem has the name that the author of the setting used", () => {
  expect(policySettingsProblem({})).toBeNull();
  expect(policySettingsProblem({ codeLifetimeMs: 1 })?.setting).toBe("codeLifetimeSeconds");
  expect(policySettingsProblem({ cancelFromMs: -1 })?.setting).toBe("cancelFromSeconds");
  expect(policySettingsProblem({ resendWaitsMs: [-1] })?.setting).toBe("resendWaitsSeconds");
  expect(policySettingsProblem({ checksMax: 9 })?.setting).toBe("checksMax");
});

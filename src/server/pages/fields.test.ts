import fc from "fast-check";
import { expect, test } from "vitest";
import { fieldsOf, formFrom } from "./fields.ts";

test("a form is read as a browser wrote it, whatever was typed", () => {
  const text = fc.string({ unit: "binary" });
  const fields = fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name });
  fc.assert(
    fc.property(fields, (given) => {
      const read = fieldsOf(formFrom(new URLSearchParams([...given]).toString()));
      expect(new Map(Object.entries(read))).toEqual(new Map(given));
    }),
  );
});

test("what was sent twice is not there, however often", () => {
  expect({ ...formFrom("a=1&b=2&a=3&a=1&c=4") }).toEqual({ b: "2", c: "4" });
  expect({ ...formFrom("code=1&c%6Fde=2") }).toEqual({});
});

test("what is no form is read without a fault", () => {
  expect({ ...formFrom("") }).toEqual({});
  expect({ ...formFrom("&&a&b=&=c&") }).toEqual({ "": "c", a: "", b: "" });
  expect({ ...formFrom("a=%zz+%2&%=1") }).toEqual({ a: "%zz %2", "%": "1" });
});

test.each(["constructor", "toString", "__proto__"])("a field called %s is a text or nothing", (name) => {
  expect(formFrom("a=1")[name]).toBeUndefined();
  expect(formFrom(`a=1&${name}=2`)[name]).toBe("2");
});

test("of another body, only texts are fields", () => {
  expect(fieldsOf(JSON.parse('{"a":"1","b":2,"c":["3"],"d":{"e":"4"}}'))).toEqual({ a: "1" });
  expect(fieldsOf(undefined)).toEqual({});
  expect(fieldsOf(null)).toEqual({});
  expect(fieldsOf("a=1")).toEqual({});
});

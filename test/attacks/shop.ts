import type { TestInstance } from "../support/instance.ts";

/** Who is logged in, if anybody. */
export interface Browser {
  /** The session cookie. */
  readonly session: string;
  loggedInAs: string | null;
}

/** What the shop shows after a form was sent. */
export type Page = "code form" | "welcome" | "try again" | "too many attempts" | "not now";

/**
 * A shop that logs its customers in by SMS, written as the tutorials write it: a form for the number, a form for the
 * code with the request's id in a hidden field. What the tutorials did by hand, Countersign does.
 */
export interface Shop {
  browser(): Browser;
  /** The first form. Returns the hidden field of the second, as the browser got it. */
  askForCode(browser: Browser, customer: string): Promise<{ readonly page: Page; readonly hiddenId: string }>;
  /** The second form: everything in it comes from the browser. */
  submit(
    browser: Browser,
    customer: string,
    form: { readonly hiddenId: string; readonly code: string },
  ): Promise<Page>;
}

export function openShop(one: TestInstance, customers: ReadonlyMap<string, string>): Shop {
  let sessions = 0;
  const { engine, tenantId } = one;
  const numberOf = (customer: string): string => {
    const number = customers.get(customer);
    if (number === undefined) throw new Error(`${customer} is not a customer`);
    return number;
  };
  return {
    browser() {
      sessions += 1;
      return { session: `session-${sessions}`, loggedInAs: null };
    },
    async askForCode({ session }, customer) {
      const result = await engine.start({
        tenantId,
        to: numberOf(customer),
        subject: customer,
        binding: session,
        purpose: "login",
      });
      await engine.tick();
      const hiddenId = result.verification?.id ?? "";
      return { page: result.outcome === "started" ? "code form" : "not now", hiddenId };
    },
    async submit(browser, customer, { hiddenId, code }) {
      const result = await engine.check({
        tenantId,
        id: hiddenId,
        code,
        // Not from the form: who this browser is, and which number the customer has.
        binding: browser.session,
        to: numberOf(customer),
        subject: customer,
      });
      if (result.outcome === "approved") {
        browser.loggedInAs = result.verification?.subject ?? null;
        return "welcome";
      }
      const isOver = result.outcome === "exhausted" || result.outcome === "recipientLocked";
      return isOver ? "too many attempts" : "try again";
    },
  };
}

import { html } from "ghtml";
import { hasSecond } from "../../../accounts/index.ts";
import { auditHeadKey, auditWrites } from "../../../audit/index.ts";
import { key } from "../../../store/index.ts";
import { administratorsMax, consoleTenantId, invite, nameOf } from "../administrators.ts";
import { button, type ConsolePage, instant, table, text } from "../frame.ts";
import { consoleAct, type Inside, type Led, noteConsoleAct } from "../gate.ts";
import { noted } from "../state.ts";
import { idIn, placed } from "./page.ts";

const path = "/console/administrators";
const tenantId = consoleTenantId;

/** Who may come here. */
export async function administratorsPage(inside: Inside): Promise<ConsolePage> {
  const { accounts, administrator, form } = inside;
  const all = await accounts.subscribers({ tenantId, limit: administratorsMax });
  const content = html`!${table(
    "Administrators",
    ["Name", "Authenticators", "Since (UTC)", ""],
    all.map((one) => {
      const ways = one.authenticators.filter(({ isConfirmed }) => isConfirmed);
      const isThemselves = one.id === administrator.id;
      return [
        html`${nameOf(one)}${isThemselves ? " (you)" : ""}`,
        ways.length === 0 ? "none yet: cannot sign in" : text(ways.map(({ name }) => name).join(", ")),
        instant(one.createdAt),
        all.length > 1 ? button(`${path}/${one.id}/remove`, form, "Remove") : "",
      ];
    }),
    "There is nobody.",
  )}
<h2>Another administrator</h2>
<p>An invitation can be used once, within an hour. Give it to nobody but the person whom it is for.</p>
!${button(`${path}/invite`, form, "Make an invitation", "")}
<h2>Your sessions</h2>
!${await sessionsOf(inside)}`;
  return placed(inside, path, { title: "Administrators", content });
}

async function sessionsOf({ accounts, administrator, view, form }: Inside): Promise<string> {
  const all = await accounts.sessions({ tenantId, subscriberId: administrator.id });
  return html`!${table(
    "Your sessions",
    ["Browser", "Since (UTC)"],
    all
      .filter(({ state }) => state === "active")
      .map((one) => [
        html`${one.browser ?? "–"}${one.id === view.id ? " (this one)" : ""}`,
        instant(one.createdAt),
      ]),
    "There is none.",
  )}
!${button(`${path}/sign-out-others`, form, "Sign out everywhere")}`;
}

/** One invitation more, which is shown with this answer and never again. */
export async function inviteAdministrator(inside: Inside): Promise<Led> {
  const { parts, state, accounts, administrator, request } = inside;
  const all = await accounts.subscribers({ tenantId, limit: administratorsMax });
  if (all.length >= administratorsMax) {
    return { state: noted(state, `There are at most ${administratorsMax} administrators.`), to: path };
  }
  const made = await invite(parts, consoleAct(inside, administrator, "inviteAdministrator", null));
  const { server } = request;
  const address = `${server.publicOrigin(request)}/console/join`;
  const content = html`<p class="lead">It is in this page and nowhere else, and works once, until !${instant(made.endsAt)} UTC.</p>
<p>At <code>${address}</code>, the person enters:</p>
<p><code class="secret">${made.secret}</code></p>
<p><a class="button" href="${path}">Go on</a></p>`;
  return {
    state: { ...state, note: null },
    page: placed(inside, path, { title: "An invitation", content }),
  };
}

/** Somebody may not come any more, from the next request on; the last one stays. */
export async function removeAdministrator(inside: Inside, given: unknown): Promise<Led> {
  const { parts, accounts, administrator, state } = inside;
  const subscriberId = idIn(given);
  const say = (words: string, isGood = false): Led => ({ state: noted(state, words, isGood), to: path });
  const all = await accounts.subscribers({ tenantId, limit: administratorsMax });
  const found = all.find(({ id }) => id === subscriberId);
  const others = all.filter(({ id }) => id !== subscriberId).map(({ id }) => key("subscriber", id));
  const act = consoleAct(inside, administrator, "removeAdministrator", subscriberId);
  let isLast = false;
  const isRemoved = await accounts.removeSubscriber(
    { tenantId, subscriberId },
    {
      keys: [auditHeadKey, ...others],
      // Under their locks: two who remove each other at once are not both gone. Whoever has nothing enrolled cannot sign
      // in, and is not somebody who is left.
      allows(rows, now) {
        isLast = !others.some((one) => {
          const other = rows.get(one);
          return other !== undefined && hasSecond(other, now);
        });
        return !isLast;
      },
      writes: (rows, now) => auditWrites(parts.keyring, rows, act, now),
    },
  );
  if (isLast) return say("The last administrator cannot be removed.");
  if (found === undefined || !isRemoved) return say("There is no such administrator any more.");
  return say(`${nameOf(found)} is no administrator any more.`, true);
}

/** Ends all of their own sessions, this one as well. */
export async function signOutEverywhere(inside: Inside): Promise<Led> {
  const { accounts, administrator, state } = inside;
  await accounts.endSessions({ tenantId, subscriberId: administrator.id });
  await noteConsoleAct(inside, administrator, "endSessions", administrator.id);
  return {
    state: noted({ ...state, session: null }, "You are signed out everywhere.", true),
    to: "/console/sign-in",
  };
}

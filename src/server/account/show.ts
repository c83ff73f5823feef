import type { FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { passwordLengths, trustedDeviceMs } from "../../accounts/index.ts";
import { qrSvg } from "../../authenticators/index.ts";
import type {
  AuthenticatorView,
  SessionView,
  SubscriberView,
  TrustedDeviceView,
} from "../../engine/index.ts";
import { lifetimeMs } from "../../verification/index.ts";
import { likelyCountry } from "../pages/countries.ts";
import { mayAskAt, mayCall } from "../pages/flow.ts";
import { languageOf } from "../pages/language.ts";
import { formTargetsOf, sendWhole } from "../pages/send-view.ts";
import { closedView, codeView, numberView, type View } from "../pages/views.ts";
import { formSeal, type Round } from "../pages/visit.ts";
import { appFields, codeFields, ofPhone } from "./code-fields.ts";
import type { Current, PagePath } from "./current.ts";
import { isDemanded } from "./demand.ts";
import { emailView } from "./email-views.ts";
import { type AccountWordName, accountLanguage } from "./languages/index.ts";
import { manageView, newCodesView, passwordView, presentView, removeView } from "./manage-views.ts";
import { accountsOf } from "./opening.ts";
import type { AccountPageOptions } from "./options.ts";
import { signInPasskeyForm } from "./passkey-form.ts";
import { passwordLeast } from "./passwords.ts";
import { isConfirmed, isPresentAsked } from "./present.ts";
import { recoverView } from "./recover-show.ts";
import { asPage } from "./sign-up.ts";
import { choicesOf } from "./use.ts";
import { chooseView, enrolCodeView, enrolView, useView } from "./use-views.ts";
import { type AccountParts, asPageParts, base, codesView, signInView, signUpNameView } from "./views.ts";
import type { ViewName } from "./visit.ts";

const styles = ["account.css"];

/** The view of a visit, as it is now. */
export async function sendView(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  current: Current,
  path: PagePath,
): Promise<FastifyReply> {
  const { service } = current;
  const opening = accountsOf(service, options.isSandbox);
  if (opening === "none")
    return sendClosed(options, request, reply.code(404), "signInClosed", "signInClosedLead");
  if (path === "/account/recover") {
    return sendIn(options, request, reply, current, recoverView(request, current));
  }
  const isJoining = path === "/account/sign-up" && opening === "signUp";
  const scene = await sceneOf(request, current, isJoining);
  return sendIn(options, request, reply, current, viewOf(options, request, current, scene));
}

export function sendIn(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { service, language, visit }: Current,
  view: View,
): FastifyReply {
  const formTargets = formTargetsOf(visit.returnUrl);
  // In nobody's frame: what is pressed here changes who can get in.
  return sendWhole(options.assets, request, reply, { language, service, view, formTargets, styles });
}

/** Which view it is, with the rows that it shows. */
interface Scene {
  readonly name: ViewName;
  readonly choices: readonly AuthenticatorView[];
  readonly subscriber: SubscriberView | null;
  readonly sessions: readonly SessionView[];
  readonly trusted: readonly TrustedDeviceView[];
  /** An SVG of what an app is set up with. */
  readonly picture: string | null;
}

async function sceneOf(request: FastifyRequest, current: Current, isJoining: boolean): Promise<Scene> {
  const { accounts, clock } = request.server;
  const { visit, session } = current;
  const { tenantId } = visit;
  const scene = (name: ViewName, more: Partial<Scene> = {}): Scene => ({
    name,
    choices: [],
    subscriber: null,
    sessions: [],
    trusted: [],
    picture: null,
    ...more,
  });
  // Whoever is signed out meanwhile is shown them no more.
  if (visit.codes !== null && session !== null) return scene("codes");
  const choices = await choicesOf(accounts, current);
  if (choices !== null) return scene(visit.chosen === null ? "choose" : "use", { choices });
  const enrolling = visit.enrolment === null ? "enrol" : "enrolCode";
  const uri = visit.enrolment?.app?.uri;
  const picture = uri === undefined ? null : await qrSvg(uri);
  if (session === null) {
    if (visit.pending?.challengeId === null) return scene(enrolling, { picture });
    return scene(isJoining ? joiningView(visit.round, current, clock.now()) : "signIn");
  }
  const { subscriberId } = session.view;
  const subscriber = await accounts.subscriber({ tenantId, subscriberId });
  if (isPresentAsked(visit)) return scene("present");
  const { wanted } = visit;
  if (wanted !== null && isConfirmed(current, clock.now())) {
    const email = visit.enrolment === null ? "email" : "enrolCode";
    const changing = {
      add: enrolling,
      email,
      password: "password",
      codes: "newCodes",
      remove: "remove",
    } as const;
    return scene(changing[wanted.what], { subscriber, picture });
  }
  const sessions = await accounts.sessions({ tenantId, subscriberId });
  const trusted = (await accounts.trustedDevices({ tenantId, subscriberId })) ?? [];
  return scene("account", { subscriber, sessions, trusted });
}

function joiningView(round: Round | null, { policy }: Current, now: number): ViewName {
  if (round?.end === "approved") return "signUpName";
  const isOn = round !== null && round.end === null && now < round.startedAt + lifetimeMs(policy, false);
  return isOn ? "signUpCode" : "signUpNumber";
}

export function partsOf(request: FastifyRequest, { visit, language }: Current, name: ViewName): AccountParts {
  const note = visit.note?.on === name ? visit.note : null;
  return { language, form: formSeal(request.server.parts, visit), note, base };
}

function viewOf(options: AccountPageOptions, request: FastifyRequest, current: Current, scene: Scene): View {
  const { visit } = current;
  const parts = partsOf(request, current, scene.name);
  const country = likelyCountry(request.headers["accept-language"]);
  switch (scene.name) {
    case "signIn": {
      const mayJoin = accountsOf(current.service, options.isSandbox) === "signUp";
      return signInView(parts, {
        mayJoin,
        back: visit.returnUrl !== null,
        passkey: current.hasPasskeys ? signInPasskeyForm(parts) : null,
      });
    }
    case "signUpNumber":
    case "signUpCode":
      return signUpView(options, request, current, parts);
    case "signUpName":
      return signUpNameView(parts, passwordLeast, daysOf(request.server));
    case "codes":
      return codesView(parts, visit.codes ?? []);
    case "choose":
      return chooseView(parts, scene.choices, visit.pending === null && !isDemanded(visit));
    case "use":
      return chosenView(request, current, parts, scene.choices);
    case "enrol":
      return enrolView({
        ...parts,
        country,
        isMore: visit.pending === null,
        passkeyName: current.hasPasskeys ? current.browser : null,
        hasWays: visit.pending !== null && visit.stepUp !== null,
        trustDays: trustDays(request, current),
      });
    case "present":
      return presentView(parts);
    case "email":
      return emailView(parts);
    case "enrolCode":
      return enrolmentView(request, current, parts, scene.picture);
    default:
      return accountView(request, current, parts, scene);
  }
}

function signUpView(
  options: AccountPageOptions,
  request: FastifyRequest,
  current: Current,
  parts: AccountParts,
): View {
  const page = asPage(current);
  const { words } = current.language;
  const { round } = page.visit;
  const pageParts = { ...asPageParts({ ...parts, base: `${base}/sign-up` }), visit: page.visit };
  const { parts: engineParts } = request.server;
  if (round === null || joiningView(round, current, engineParts.clock.now()) === "signUpNumber") {
    const below = html`<div class="end"><a class="button bare" href="${base}/sign-in">${words.haveAccount}</a></div>`;
    return numberView({
      ...pageParts,
      country: likelyCountry(request.headers["accept-language"]),
      challenge: options.flow.challenge(page),
      worker: options.assets.url("proof.js"),
      opening: { title: words.createAccount, lead: words.signUpLead },
      below,
    });
  }
  const nextAt = mayAskAt(round, page.policy);
  return codeView({
    ...pageParts,
    ...codeFields(request, current, nextAt),
    round,
    mayCall: mayCall(page),
  });
}

function chosenView(
  request: FastifyRequest,
  current: Current,
  parts: AccountParts,
  choices: readonly AuthenticatorView[],
): View {
  const { chosen } = current.visit;
  const found = choices.find(({ id }) => id === chosen?.authenticatorId);
  if (chosen === null || found === undefined)
    return chooseView(parts, choices, current.visit.pending === null && !isDemanded(current.visit));
  const fields = chosen.type === "phone" ? ofPhone(request, current, chosen.sent) : appFields;
  return useView({
    ...parts,
    ...fields,
    chosen,
    number: found.number ?? "",
    hasOthers: choices.length > 1 || found.type === "phone",
    trustDays: trustDays(request, current),
  });
}

/** For how many days a browser is trusted at a sign-in; 0 where the operator trusts none, and for a way back in. */
function trustDays({ server }: FastifyRequest, { visit }: Current): number {
  if (visit.pending === null || visit.stepUp !== null) return 0;
  return daysOf(server);
}

function daysOf({ parts }: FastifyRequest["server"]): number {
  return Math.floor((parts.trustedDeviceMs ?? trustedDeviceMs) / 86_400_000);
}

function enrolmentView(
  request: FastifyRequest,
  current: Current,
  parts: AccountParts,
  picture: string | null,
): View {
  const { enrolment } = current.visit;
  if (enrolment === null) throw new TypeError("there is nothing to confirm");
  const fields = enrolment.app === null ? ofPhone(request, current, enrolment.sent) : appFields;
  return enrolCodeView({ ...parts, ...fields, enrolment, picture, trustDays: trustDays(request, current) });
}

function accountView(
  request: FastifyRequest,
  { visit, session, service }: Current,
  parts: AccountParts,
  scene: Scene,
): View {
  const { name, subscriber, sessions, trusted } = scene;
  if (subscriber === null || session === null) throw new TypeError("nobody is signed in");
  const enrolled = subscriber.authenticators.filter(({ isConfirmed: isProven }) => isProven);
  if (name === "password") {
    // An address gets notices and confirms nothing: beside it the password is as alone as without it.
    const hasSecond = enrolled.some(({ type }) => type !== "email");
    const isAlone = !subscriber.mustHaveSecond && !hasSecond;
    return passwordView(parts, {
      least: isAlone ? passwordLengths.alone : passwordLeast,
      asksPresent: !hasSecond,
    });
  }
  if (name === "newCodes") return newCodesView(parts);
  const found = name === "remove" ? enrolled.find(({ id }) => id === visit.wanted?.id) : undefined;
  if (found !== undefined) return removeView(parts, found);
  const current = session.view.id;
  const serviceLocale = service.settings.locale;
  return manageView({
    ...parts,
    subscriber,
    sessions,
    trusted,
    current,
    back: visit.returnUrl !== null,
    locale: subscriber.locale ?? serviceLocale,
    mayEmail: request.server.engine.hasEmailCarrier(),
  });
}

/** A page without a visit. */
export function sendClosed(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  titled: "linkTitle" | "signInClosed" | "faultTitle",
  lead: AccountWordName,
): FastifyReply {
  const language = accountLanguage(languageOf(request, null));
  const view = closedView(language, titled, lead, base);
  return sendWhole(options.assets, request, reply, {
    language,
    service: null,
    view,
    formTargets: [],
    styles,
  });
}

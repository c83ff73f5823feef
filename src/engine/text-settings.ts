import {
  appHashProblem,
  hostProblem,
  renderNearest,
  type TemplateKind,
  templateKinds,
  templateProblem,
  textSizeProblem,
} from "../delivery/index.ts";
import type { ServiceSettings, TextSettings } from "../tenants/index.ts";
import { type Autofill, alphabets, defaultPolicy } from "../verification/index.ts";
import type { TextProblem } from "./start-text.ts";
import { localeProblem } from "./text-choice.ts";

const entriesMax = 10;
const localesMax = 60;

/** What is wrong with the texts of a service, if anything: said when it is saved, not when a message is due (C-27). */
export function textSettingsProblem(settings: ServiceSettings): TextProblem | null {
  const { texts } = settings;
  if (texts === undefined) return null;
  return (
    listProblem("hosts", texts.hosts, hostProblem) ??
    listProblem("appHashes", texts.appHashes, appHashProblem) ??
    platformProblem(texts) ??
    templatesProblem(settings, texts)
  );
}

function listProblem(
  name: "hosts" | "appHashes",
  entries: readonly string[] = [],
  problemOf: (entry: string) => string | null,
): TextProblem | null {
  if (entries.length > entriesMax)
    return { field: `texts.${name}`, detail: `has at most ${entriesMax} entries` };
  for (const entry of entries) {
    const detail = problemOf(entry);
    if (detail !== null) return { field: `texts.${name}`, detail };
  }
  return null;
}

function platformProblem({ platform, hosts = [], appHashes = [] }: TextSettings): TextProblem | null {
  const field = "texts.platform";
  if (platform === "web" && hosts.length === 0) return { field, detail: "needs an entry in texts.hosts" };
  if (platform === "android" && appHashes.length === 0)
    return { field, detail: "needs an entry in texts.appHashes" };
  return null;
}

function templatesProblem(settings: ServiceSettings, texts: TextSettings): TextProblem | null {
  const byLocale = Object.entries(texts.templates ?? {});
  if (byLocale.length > localesMax)
    return { field: "texts.templates", detail: `has at most ${localesMax} locales` };
  for (const [locale, templates] of byLocale) {
    const wrongLocale = localeProblem(locale);
    if (wrongLocale !== null) return { field: `texts.templates.${locale}`, detail: wrongLocale };
    for (const kind of templateKinds) {
      const template = templates[kind];
      if (template === undefined) continue;
      const detail = templateProblem(kind, template) ?? sizeProblem(settings, texts, locale, kind);
      if (detail !== null) return { field: `texts.templates.${locale}.${kind}`, detail };
    }
  }
  return null;
}

/** With the service's own brand and code length, and with every end that a start may ask for. */
function sizeProblem(
  settings: ServiceSettings,
  texts: TextSettings,
  locale: string,
  kind: TemplateKind,
): string | null {
  const { codeLength, alphabet } = { ...defaultPolicy, ...settings.policy };
  for (const autofill of endsOf(texts)) {
    const input = {
      channel: kind === "voice" || kind === "paymentVoice" ? ("voice" as const) : ("sms" as const),
      code: alphabets[alphabet].slice(-1).repeat(codeLength),
      brand: settings.brand,
      payment: kind === "sms" || kind === "voice" ? null : { amount: "EUR 999999", payee: "Example Shop" },
      minutes: 10,
      locale,
      autofill,
      templates: texts.templates,
      transliterate: texts.transliterate,
    };
    const problem = textSizeProblem(input, renderNearest(input));
    if (problem !== null) return problem;
  }
  return null;
}

function endsOf({ hosts = [], appHashes = [] }: TextSettings): readonly (Autofill | undefined)[] {
  const [longest] = hosts.toSorted((a, b) => b.length - a.length);
  const [hash] = appHashes;
  return [
    undefined,
    ...(longest === undefined ? [] : [{ platform: "web", host: longest } as const]),
    ...(hash === undefined ? [] : [{ platform: "android", appHash: hash } as const]),
  ];
}

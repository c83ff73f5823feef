import { list, text } from "./setting.ts";
import { brandSettingProblem, parseCountries } from "./values.ts";

/** Whom messages speak for, and where they may go. */
export const messageSettings = {
  brand: text<string>(
    {
      environment: "COUNTERSIGN_BRAND",
      description:
        "Who the messages of the first service speak for. Later, services are changed by their own calls.",
      allowed: "1 to 20 letters, digits, spaces or & ' . _ ! + -, and nothing that looks like a link",
      default: "Countersign",
    },
    brandSettingProblem,
  ),
  countries: list<"all" | readonly string[] | null>(
    {
      environment: "COUNTERSIGN_COUNTRIES",
      description: "Where messages may go.",
      allowed: "all, or ISO 3166 regions with commas between them, such as DE,AT,CH",
      default: null,
      defaultText: "all with the sandbox, none with a real carrier",
    },
    parseCountries,
  ),
  voiceCountries: list<"all" | readonly string[] | null>(
    {
      environment: "COUNTERSIGN_VOICE_COUNTRIES",
      description: "Where calls may go, if not to the same countries as messages.",
      allowed: "all, or ISO 3166 regions with commas between them, such as DE,AT,CH",
      default: null,
      defaultText: "as COUNTERSIGN_COUNTRIES",
    },
    parseCountries,
  ),
};

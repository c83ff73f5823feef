import type { NoticeLanguage } from "./notice-language.ts";

export const nl: NoticeLanguage = {
  language: "nl",
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: er is een telefoon aan je account toegevoegd.",
  phoneRemoved: "{brand}: er is een telefoon uit je account verwijderd.",
  emailAdded: "{brand}: er is een e-mailadres aan je account toegevoegd.",
  emailRemoved: "{brand}: er is een e-mailadres uit je account verwijderd.",
  authenticatorAdded: "{brand}: er is een inlogmethode aan je account toegevoegd.",
  authenticatorRemoved: "{brand}: er is een inlogmethode uit je account verwijderd.",
  removalBegun: "{brand}: een inlogmethode wordt binnenkort uit je account verwijderd.",
  passwordChanged: "{brand}: je wachtwoord is gewijzigd.",
  recoveryCodesMade: "{brand}: er zijn nieuwe herstelcodes gemaakt; oudere werken niet meer.",
  recoveryCodeUsed: "{brand}: een van je herstelcodes is gebruikt.",
  recovered: "{brand}: je account is hersteld.",
  resetStarted: "{brand}: er is een reset van je account gestart.",
  resetDone: "{brand}: je account is gereset.",
  disputed: "{brand}: je bent overal uitgelogd en je account kan niet worden gewijzigd tot je het herstelt.",
  disablingNear:
    "{brand}: er zijn veel foute codes ingevoerd; nog enkele en een inlogmethode wordt uitgeschakeld.",
  authenticatorDisabled:
    "{brand}: door te veel foute codes is een inlogmethode van je account uitgeschakeld.",
  notYou: "Was jij dit niet? Stop het hier: {link}",
  notYouTell: "Was jij dit niet? Meld het meteen aan {brand}.",
  reset: "{brand}: stel je account binnen {minutes} minuten opnieuw in: {link}",
  resetSubject: "{brand}: stel je account opnieuw in",
};

import type { NoticeKind } from "../../accounts/index.ts";

/** What people are told of changes, in one language. */
export interface NoticeLanguage extends Readonly<Record<NoticeKind, string>> {
  /** BCP 47, without a region. */
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  /** What an SMS of these words takes with a brand of ASCII letters. */
  readonly encoding: "gsm7" | "ucs2";
  readonly reviewedByASpeaker: boolean;
  /** Between two sentences; a space where nothing is said. */
  readonly between?: string;
  /**
   * What to do, with `{link}`; and where there is no link. In languages from right to left the link has a line of its own,
   * which nothing turns around.
   */
  readonly notYou: string;
  readonly notYouTell: string;
  /** The way back in, with `{link}` and `{minutes}`. */
  readonly reset: string;
  readonly resetSubject: string;
}

/** What an operator decides about accounts. */
export interface AccountSettings {
  /** How long the last authenticator that protects an account waits before it goes; 0 for not at all. */
  readonly changeWaitMs: number;
  /** How long ago an address may have been proved to be written to; null for ever. */
  readonly addressAgeMaxMs: number | null;
  /** Where the pages behind links of notices and resets are; null where there are none. */
  readonly pagesUrl: string | null;
}

const dayMs = 86_400_000;

export const accountSettingsDefault: AccountSettings = {
  changeWaitMs: dayMs,
  addressAgeMaxMs: 365 * dayMs,
  pagesUrl: null,
};

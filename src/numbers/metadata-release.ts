/**
 * Which numbering-plan metadata this build carries; the console shows its age (N-3). The library does not say at run
 * time, so it is written here, and a test compares it with the installed package: an update without this line fails.
 */
export const metadataRelease: {
  /** Version of libphonenumber-js. */
  readonly library: string;
  /** Version of Google's metadata in it. */
  readonly metadata: string;
  /** Day the library released it, ISO 8601. */
  readonly releasedOn: string;
} = { library: "1.13.16", metadata: "9.0.43", releasedOn: "2026-11-10" };

/** What the process ends with. They are part of the interface: scripts branch on them. */
export const exitCodes = {
  ok: 0,
  /** The domain said no: a wrong code, an unknown id, a number that nothing is sent to. */
  refused: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A setting, the master secret or the address to listen on. */
  configuration: 3,
  /** The data folder is in use, or the storage does not work. */
  storage: 4,
  /** No server answers, or not yet, or not any more. */
  unreachable: 5,
  /** The API key is missing, wrong, or may not do this. */
  notAllowed: 6,
  /** A mistake of ours. */
  internal: 70,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The same list for people, below the help. */
export const exitCodesHelp = `Exit codes:
  0  done                              4  data folder in use, or storage failed
  1  refused, such as a wrong code     5  no server answers
  2  wrong command line                6  API key missing, wrong or too weak
  3  wrong setting, secret or address  70 a mistake in Countersign, 130 interrupted`;

/**
 * How long something promised may take in `npm test`, whose machine may be busy or shared: six times as long, which
 * still finds what waits for a time-out instead. `npm run prove` holds the promises themselves.
 */
export function generous(promisedMs: number): number {
  return 6 * promisedMs;
}

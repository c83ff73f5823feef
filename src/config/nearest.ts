/** The known name that a misspelled one probably meant; undefined where none is near. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  // PORT and HOST have no prefix; whoever gives them that of the others is off by more letters than a misspelling.
  const unprefixed = known.find((name) => given === `COUNTERSIGN_${name}`);
  if (unprefixed !== undefined) return unprefixed;
  // What nearly all names begin with would hide how little of the rest is alike.
  const written = withoutPrefix(given);
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(written, withoutPrefix(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function withoutPrefix(name: string): string {
  return name.toLowerCase().replace(/^countersign_/, "");
}

/** Levenshtein's distance: insertions, deletions and replacements. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

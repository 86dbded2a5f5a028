/** What an error adds where a name is nearly an allowed one; nothing otherwise. */
export function didYouMean(name: string, allowed: readonly string[]): string {
  const nearest = nearestName(name, allowed);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/** The name that was probably meant. */
export const nearestName = (name: string, allowed: readonly string[]): string | undefined =>
  nearestNames(name, allowed)[0];

/** The names that were perhaps meant, the nearest first. */
export function nearestNames(name: string, allowed: readonly string[]): string[] {
  return (
    allowed
      .map((one) => ({ one, distance: editDistance(name.toLowerCase(), one.toLowerCase()) }))
      // a name of which nothing is kept is not near, however short it is
      .filter(({ one, distance }) => distance <= Math.max(2, one.length / 3) && distance < one.length)
      .sort((one, other) => one.distance - other.distance)
      .map(({ one }) => one)
  );
}

/** Levenshtein distance: insertions, deletions and replacements that turn one into the other. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}

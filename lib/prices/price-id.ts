/** The price id `<owner>/<meter>`. */
export function priceIdOf(owner: string, meter: string): string {
  return `${owner}/${meter}`;
}

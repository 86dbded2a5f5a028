const { imul } = Math;

/**
 * 53 bits that tell texts apart: two of a million differ but look alike once in some ten thousand data sets. Case and white space
 * do not count, for nobody learns from them.
 */
export function textFingerprint(text: string): number {
  const plain = text.toLowerCase().replace(/\s+/g, ' ').trim();
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < plain.length; index++) {
    const code = plain.charCodeAt(index);
    high = imul(high ^ code, 2654435761);
    low = imul(low ^ code, 1597334677);
  }
  high = imul(high ^ (high >>> 16), 2246822507) ^ imul(low ^ (low >>> 13), 3266489909);
  low = imul(low ^ (low >>> 16), 2246822507) ^ imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

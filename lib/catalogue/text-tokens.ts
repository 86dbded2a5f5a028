/**
 * About how many tokens a text is: four characters each in English, two in scripts of two bytes a character, one in Chinese and
 * Japanese. Only the service can count them; this is never more than a third of the bytes, which is what a bound reckons with.
 */
export function tokensOfText(text: string): number {
  let quarters = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // both halves of a surrogate pair are one token together
    quarters += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 4;
  }
  return Math.ceil(quarters / 4);
}

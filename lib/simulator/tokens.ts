/**
 * One character of Chinese, Japanese or Korean; else up to seven letters, three digits or three other signs, each with the
 * space before; else white space.
 */
const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|\s?[\p{L}\p{M}]{1,7}|\s?\p{N}{1,3}|\s?[^\p{L}\p{M}\p{N}\s]{1,3}|\s+/gu;

/**
 * Cuts a text into pieces that stand for tokens; joined, they are the text again. No tokenizer of a model on Bedrock is
 * public, so this is an approximation: about 4.3 characters a token in English prose, fewer in code.
 */
export function tokenize(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

export function countTokens(text: string): number {
  return tokenize(text).length;
}

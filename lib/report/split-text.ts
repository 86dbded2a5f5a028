import { DEFAULTS } from '../cost/defaults.ts';
import { partsInCents, SPLIT_PARTS, type Split, type SplitPart } from '../cost/split.ts';
import { formatUsd } from './money.ts';
import { COMPARISON_MESSAGES } from './words/comparison.ts';
import { fill, type Language } from './words/languages.ts';

/** Money with its direction: a saving is negative. */
export const signedUsd = (usd: number | null, unknown?: string): string =>
  usd !== null && usd > 0 ? `+${formatUsd(usd)}` : formatUsd(usd, unknown);

/**
 * The parts of a difference of monthly figures in cents, which add up; those that are nothing are left out.
 * @param lifeMonths months over which what is paid once is spread. Default: it is in no monthly figure, and of training only its
 *   repetition
 */
export function partTexts(difference: Split, language: Language, lifeMonths?: number | null): string[] {
  const { parts: names, unknown, retraining } = COMPARISON_MESSAGES[language];
  const cents = partsInCents(difference);
  const nameOf = (part: SplitPart): string =>
    part === 'training' && lifeMonths == null
      ? retraining
      : fill(names[part], { months: lifeMonths ?? DEFAULTS.lifeMonths });
  return SPLIT_PARTS.filter((part) => cents[part] !== 0).map(
    (part) => `${nameOf(part)} ${signedUsd(cents[part], unknown)}`,
  );
}

/** A difference, and its parts in brackets. */
export function splitText(difference: Split, language: Language, lifeMonths?: number | null): string {
  const { comma, unknown } = COMPARISON_MESSAGES[language];
  const shown = partTexts(difference, language, lifeMonths);
  const usd = signedUsd(difference.usd === null ? null : Math.round(difference.usd * 100) / 100, unknown);
  return shown.length === 0 ? usd : `${usd} (${shown.join(comma)})`;
}

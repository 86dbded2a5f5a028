import { UserError } from '../errors/user-error.ts';

export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  return argumentOf(`'--${option}'`, value, allowed);
}

/** @param what the argument, as an error calls it */
export function argumentOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new UserError(`${what} must be one of ${allowed.join(', ')}, got '${value}'`);
  return found;
}

export function listOf<T extends string>(name: string, list: string, allowed: readonly T[]): T[] {
  return [...new Set(list.split(',').map((each) => oneOf(name, each.trim(), allowed)))];
}

export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UserError(`'--${name}' must be a whole number from ${min} to ${max}, got '${text}'`);
  }
  return value;
}

/** @throws UserError for anything that is no number of at least `least` */
export function numberOption(name: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least) {
    throw new UserError(`${name} must be a number of at least ${least}, got '${text}'`);
  }
  return value;
}

export function maxUsdOption(text: string | undefined): number {
  if (text === undefined) {
    throw new UserError(
      `'--max-usd' is missing: the most that the run may cost, in US dollars. Nothing begins without it`,
    );
  }
  const usd = Number(text);
  if (text.trim() === '' || !Number.isFinite(usd) || usd <= 0) {
    throw new UserError(`'--max-usd' must be US dollars above 0, got '${text}'`);
  }
  return usd;
}

import { parseArgs, type ParseArgsConfig } from 'node:util';
import { REGION_PATTERN } from '../catalogue/region.ts';
import { UserError } from '../errors/user-error.ts';
import { didYouMean } from '../json/nearest-name.ts';
import { FORMATS, type Format } from '../report/format.ts';
import { LANGUAGES, type Language } from '../report/words/languages.ts';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

interface CommandLine<O extends OptionsConfig> {
  readonly args: string[];
  readonly options: O;
  readonly allowPositionals: boolean;
}

type Parsed<O extends OptionsConfig> = ReturnType<typeof parseArgs<CommandLine<O>>>;

/** Values of the options of a command, or of one of its actions, that takes no arguments besides. */
export function parseOptions<const O extends OptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
): Parsed<O>['values'] {
  return parsed(command, args, options, false).values;
}

/** The same with the arguments that are no options, in their order. */
export function parseArguments<const O extends OptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
): Pick<Parsed<O>, 'values' | 'positionals'> {
  return parsed(command, args, options, true);
}

function parsed<O extends OptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
  allowPositionals: boolean,
): Parsed<O> {
  try {
    return parseArgs<CommandLine<O>>({ args: [...args], options, allowPositionals });
  } catch (error) {
    throw new UserError(complaint(command, args, options, allowPositionals) ?? String(error), { cause: error });
  }
}

export const explained = (command: string): string => `'npx fmpaths ${command} --help' explains it`;

/** What is wrong with a command line that Node.js refuses, in the words of every other complaint. */
function complaint(
  command: string,
  args: readonly string[],
  options: OptionsConfig,
  allowPositionals: boolean,
): string | undefined {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional' && !allowPositionals) {
      return `unexpected argument '${token.value}'. ${explained(command)}`;
    }
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      const names = Object.keys(options).map((each) => `--${each}`);
      const nearest = rawName.startsWith('--') ? didYouMean(rawName, names) : '';
      return `unknown option '${rawName}'${nearest === '' ? `. ${explained(command)}` : nearest}`;
    }
    if (option.type === 'boolean' && value !== undefined) return `'--${name}' takes no value, got '${value}'`;
    if (option.type === 'string' && value === undefined) return `'--${name}' needs a value. ${explained(command)}`;
    if (option.type === 'string' && !inlineValue && value?.startsWith('-') === true) {
      return `'--${name}' needs a value, got '${value}': write '--${name}=${value}' if that is the value`;
    }
  }
  return undefined;
}

/** Refuses options that another action of the same command takes. */
export function requireOwnOptions(
  action: string,
  values: Readonly<Record<string, unknown>>,
  own: readonly string[],
): void {
  const foreign = Object.keys(values).find((name) => values[name] !== undefined && !own.includes(name));
  if (foreign === undefined) return;
  const taken = own.length === 0 ? 'it takes none' : `it takes ${own.map((name) => `--${name}`).join(', ')}`;
  throw new UserError(`'--${foreign}' is no option of 'fmpaths ${action}': ${taken}`);
}

/** @param what the argument, as an error calls it */
function argumentOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new UserError(`${what} must be one of ${allowed.join(', ')}, got '${value}'${didYouMean(value, allowed)}`);
}

export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  return argumentOf(`'--${option}'`, value, allowed);
}

/** Each of a list with commas between them, once, in the order given. */
export function listOf<T extends string>(option: string, list: string, allowed: readonly T[]): T[] {
  return [...new Set(partsOf(option, list).map((each) => argumentOf(`each of '--${option}'`, each, allowed)))];
}

/** Names with commas between them, once each: any names. */
export function partsOf(option: string, list: string): string[] {
  const parts = list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw new UserError(`'--${option}' must name at least one, got '${list}'`);
  return [...new Set(parts)];
}

export function regionsOf(list: string | undefined): string[] {
  if (list === undefined) return [];
  const regions = partsOf('region', list);
  const wrong = regions.find((name) => !REGION_PATTERN.test(name));
  if (wrong !== undefined) throw new UserError(`each of '--region' must be a Region such as us-east-1, got '${wrong}'`);
  return regions;
}

export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UserError(`'--${option}' must be a whole number from ${min} to ${max}, got '${text}'`);
  }
  return value;
}

/** @throws UserError for anything that is no number of at least `least` */
export function numberOf(option: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least) {
    throw new UserError(`'--${option}' must be a number of at least ${least}, got '${text}'`);
  }
  return value;
}

/** A limit of dollars in the plain digits that a person reads at once: neither `1e3` nor `0x10`. */
const DOLLARS = /^(?:\d+(?:\.\d+)?|\.\d+)$/;

interface DollarRules {
  /** A limit of nothing, for what may be answered without paying. */
  readonly zero?: boolean;
  /** The word `none` takes the limit away. */
  readonly none?: boolean;
}

/** Dollars of `--max-usd`; undefined is no limit. */
function maxUsd(text: string, { zero = false, none = false }: DollarRules): number | undefined {
  if (none && text === 'none') return undefined;
  const usd = Number(text);
  if (DOLLARS.test(text) && usd < Infinity && (usd > 0 || zero)) return usd;
  const least = zero ? 'of at least 0' : 'above 0';
  throw new UserError(`'--max-usd' must be a number ${least}${none ? ', or none' : ''}, got '${text}'`);
}

/** The most that a run may cost: nothing begins without it. Undefined where nobody said it. */
export const runLimitUsd = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : maxUsd(text, {});

/** The same where what the run can cost is not known here, and so cannot be told first. */
export const requiredRunLimitUsd = (usd: number | undefined): number =>
  required('max-usd', usd, 'the most that the run may cost, in US dollars');

/** The most that asking a bill may cost: 0 asks nothing that is paid for. */
export const billLimitUsd = (text: string): number => maxUsd(text, { zero: true }) ?? Infinity;

/** The most that answers may cost together; undefined asks whatever it costs. */
export const askLimitUsd = (text: string): number | undefined => maxUsd(text, { none: true });

/** @param meaning what is missing, in the user's words */
export function required<T extends string | number>(option: string, value: T | undefined, meaning: string): T {
  if (value === undefined || value === '') throw new UserError(`'--${option}' is missing: ${meaning}`);
  return value;
}

/** Refuses two options of which each makes the other meaningless. @param why what both would mean */
export function excludeEachOther(
  values: Readonly<Record<string, unknown>>,
  one: string,
  other: string,
  why: string,
): void {
  if (given(values[one]) && given(values[other])) {
    throw new UserError(`'--${one}' and '--${other}' exclude each other: ${why}`);
  }
}

const given = (value: unknown): boolean => value !== undefined && value !== false;

/** The one argument of a command that acts on a path. */
export function pathArgument<T extends string>(
  command: string,
  [path, unexpected]: readonly string[],
  allowed: readonly T[],
): T {
  const found = firstArgument(command, 'the path', path, allowed);
  if (unexpected !== undefined) throw unexpectedArgument(command, unexpected);
  return found;
}

/** The first argument of a command that has several actions. */
export function actionArgument<T extends string>(
  command: string,
  [action]: readonly string[],
  allowed: readonly T[],
): T {
  return firstArgument(command, 'the action', action, allowed);
}

function firstArgument<T extends string>(
  command: string,
  what: string,
  value: string | undefined,
  allowed: readonly T[],
): T {
  if (value !== undefined) return argumentOf(what, value, allowed);
  throw new UserError(`${what} is missing: one of ${allowed.join(', ')}. ${explained(command)}`);
}

export const unexpectedArgument = (command: string, argument: string): UserError =>
  new UserError(`unexpected argument '${argument}'. ${explained(command)}`);

/** Options of every command that shows a result. */
export const RESULT_OPTIONS = {
  format: { type: 'string', default: FORMATS[0] },
  lang: { type: 'string', default: LANGUAGES[0] },
} as const;

/** Lines of `--help` on them. @param indent column where explanations begin */
export function resultHelp(indent: number): string {
  const line = (option: string, text: string): string => `  ${option.padEnd(indent - 2)}${text}\n`;
  return [
    line('--format F', `${FORMATS.join(' | ')} (default ${FORMATS[0]})`),
    line(
      '--lang L',
      `${LANGUAGES.join(' | ')} (default ${LANGUAGES[0]}): words of table and markdown. JSON and CSV are for`,
    ),
    line('', 'programs: always in English, unrounded, unknown dollars are null'),
  ].join('');
}

export interface ResultOptions {
  readonly format: string;
  readonly lang: string;
}

/** How a result is shown. */
export interface Shown {
  readonly format: Format;
  readonly language: Language;
}

export const shownAs = ({ format, lang }: ResultOptions): Shown => ({
  format: oneOf('format', format, FORMATS),
  language: oneOf('lang', lang, LANGUAGES),
});

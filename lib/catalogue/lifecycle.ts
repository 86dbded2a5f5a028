import { z } from 'zod';
import { DAY_MS } from '../units.ts';
import { sourcesSchema } from './sources.ts';

export const lifecycleSchema = z.strictObject({
  status: z.enum(['active', 'legacy', 'end-of-life', 'unknown']).describe('as of the sources'),
  legacySince: z.iso.date().optional().describe('first day as Legacy; absent: not known'),
  endOfLife: z.iso
    .date()
    .nullable()
    .describe('day from which calls fail; null: no day has been announced, or none is known'),
});

const period = z.string().regex(/^P\d+[MD]$/, { error: 'a period such as P6M (months) or P45D (days)' });

/** AWS's rules for what becomes of a model that it retires. */
export const lifecycleRulesSchema = z
  .array(
    z.strictObject({
      launchedBefore: z.iso
        .date()
        .nullable()
        .describe(
          'for models that Bedrock offered first before this day, and not those of an earlier rule; null: for all others',
        ),
      leastLegacy: period.describe('the least time from the first day as Legacy to the end of life'),
      extendedAccessAfter: period
        .nullable()
        .describe('time as Legacy after which the provider may ask a higher price; null: no rule says that it may'),
      closes: z
        .array(z.enum(['new-customers', 'provisioned-throughput', 'customization-jobs']))
        .describe('what AWS no longer offers to anybody for a Legacy model'),
      idleDays: z.int().positive().describe('days without a call after which an account may lose a Legacy model'),
      sources: sourcesSchema,
    }),
  )
  .min(1)
  .refine((rules) => rules.findIndex(({ launchedBefore }) => launchedBefore === null) === rules.length - 1, {
    error: 'must end in the one rule whose launchedBefore is null',
  })
  .describe('what AWS says of Legacy models and of their end of life, the earliest launched first');

type LifecycleRules = z.infer<typeof lifecycleRulesSchema>;

type Closed = LifecycleRules[number]['closes'][number];

/** What is known of the life of one model. */
interface DatedModel {
  readonly lifecycle: z.infer<typeof lifecycleSchema>;
  readonly released: string | null;
}

/** A day, `YYYY-MM-DD`. */
interface PhaseDay {
  readonly day: string;
  /** True if it follows from the rules: a source that names the day was not found. */
  readonly derived: boolean;
}

/** Where in its life a model is on a day. */
export interface LifePhase {
  readonly phase: 'active' | 'legacy' | 'ended' | 'unknown';
  readonly endOfLife: string | null;
  /** Undefined where it is not Legacy, or the day is not known. */
  readonly legacySince?: PhaseDay | undefined;
  /** First day on which the provider may ask more; undefined where it is not known. */
  readonly mayRiseFrom?: PhaseDay | undefined;
  /** True if the price may rise before the end of life, be the day known or not. */
  readonly mayRise: boolean;
  readonly closed: readonly Closed[];
  readonly idleDays?: number | undefined;
}

/** Returns where in its life a model is on the day `today` (`YYYY-MM-DD`). */
export function phaseOn(
  { lifecycle, released }: DatedModel,
  { lifecycleRules = [] }: { readonly lifecycleRules?: LifecycleRules | undefined },
  today: string,
): LifePhase {
  const { status, endOfLife, legacySince } = lifecycle;
  const rules = rulesFor(released, lifecycleRules);
  const since = legacySince === undefined ? derivedSince(endOfLife, rules) : { day: legacySince, derived: false };
  const nothing = { endOfLife, mayRise: false, closed: [] };
  if (isPastEndOfLife(lifecycle, today)) return { ...nothing, phase: 'ended' };
  const isLegacy = status === 'legacy' || (status === 'active' && since !== undefined && since.day <= today);
  if (!isLegacy) return { ...nothing, phase: status === 'unknown' ? 'unknown' : 'active' };
  const [rule] = rules;
  return {
    phase: 'legacy',
    endOfLife,
    // derived days are the latest possible: one to come says that it is not known
    legacySince: since !== undefined && since.day <= today ? since : undefined,
    mayRiseFrom:
      rules.length === 1 && rule?.extendedAccessAfter != null && since !== undefined
        ? { day: shifted(since.day, rule.extendedAccessAfter, 1), derived: since.derived }
        : undefined,
    mayRise: rules.some(({ extendedAccessAfter }) => extendedAccessAfter !== null),
    closed: rule?.closes.filter((closed) => rules.every(({ closes }) => closes.includes(closed))) ?? [],
    idleDays: rule && Math.min(...rules.map(({ idleDays }) => idleDays)),
  };
}

/** The rule of a model; all of them where it is not known when it was launched. */
function rulesFor(released: string | null, rules: LifecycleRules): LifecycleRules {
  if (released === null) return rules;
  return rules.filter(({ launchedBefore }) => launchedBefore === null || released < launchedBefore).slice(0, 1);
}

/** The last day on which it can have become Legacy. */
function derivedSince(endOfLife: string | null, rules: LifecycleRules): PhaseDay | undefined {
  const [rule] = rules;
  if (endOfLife === null || rule === undefined || rules.length > 1) return undefined;
  return { day: shifted(endOfLife, rule.leastLegacy, -1), derived: true };
}

/** Days of a month that is shorter end with it. */
function shifted(day: string, by: string, sign: 1 | -1): string {
  const amount = sign * Number(by.slice(1, -1));
  const date = new Date(`${day}T00:00:00Z`);
  if (by.endsWith('D')) return new Date(date.getTime() + amount * DAY_MS).toISOString().slice(0, 10);
  const dayOfMonth = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + amount);
  if (date.getUTCDate() !== dayOfMonth) date.setUTCDate(0);
  return date.toISOString().slice(0, 10);
}

const isPastEndOfLife = ({ status, endOfLife }: DatedModel['lifecycle'], today: string): boolean =>
  status === 'end-of-life' || (endOfLife !== null && endOfLife <= today);

const END_OF_LIFE_WARNING_DAYS = 90;

const sayDay = ({ day, derived }: PhaseDay): string => (derived ? `about ${day}` : day);

/** Returns what whoever uses a model must know of its life, with the days; nothing of one that is active for long, or has ended. */
export function lifecycleWarnings(id: string, phase: LifePhase, today: string): string[] {
  const { endOfLife } = phase;
  const daysLeft = endOfLife === null ? Infinity : daysBetween(today, endOfLife);
  const end = `'${id}' reaches its end of life on ${endOfLife}, in ${daysLeft} days: calls to it then fail`;
  switch (phase.phase) {
    case 'ended':
      return [];
    case 'unknown':
      return [
        daysLeft <= END_OF_LIFE_WARNING_DAYS
          ? end
          : `it is not known whether '${id}' is still offered: check its lifecycle first`,
      ];
    case 'active':
      return daysLeft <= END_OF_LIFE_WARNING_DAYS ? [end] : [];
    case 'legacy':
      return [legacyWarning(id, phase), ...priceWarning(id, phase, today), ...(endOfLife === null ? [] : [end])];
  }
}

function legacyWarning(id: string, { legacySince, closed, idleDays }: LifePhase): string {
  const since = legacySince === undefined ? '' : ` since ${sayDay(legacySince)}`;
  const then = [
    ...(closed.includes('new-customers') ? ['an account that has not called it before cannot begin to'] : []),
    ...(idleDays === undefined ? [] : [`one that does not call it for ${idleDays} days may lose it`]),
  ].join(', ');
  return `'${id}' is Legacy${since}: ${then === '' ? 'AWS retires it' : then}`;
}

function priceWarning(id: string, { mayRise, mayRiseFrom }: LifePhase, today: string): string[] {
  if (!mayRise) return [];
  if (mayRiseFrom === undefined) return [`the provider may raise the price of '${id}' before its end of life`];
  return mayRiseFrom.day > today
    ? [`the provider may raise the price of '${id}' from ${sayDay(mayRiseFrom)} on`]
    : [
        `the provider may have raised the price of '${id}' since ${sayDay(mayRiseFrom)}: read today's with 'npx fmpaths prices refresh'`,
      ];
}

const daysBetween = (from: string, until: string): number =>
  Math.round((Date.parse(until) - Date.parse(from)) / DAY_MS);

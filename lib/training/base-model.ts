import { modelEntry } from '../catalogue/model-entry.ts';
import { lifecycleWarnings, phaseOn, type LifePhase } from '../catalogue/lifecycle.ts';
import type { ModelCatalogue, ModelEntry } from '../catalogue/models.ts';
import { throughputHours } from '../cost/run-bound.ts';
import { HOUR_MS } from '../units.ts';
import type { HostingChoice } from './run-request.ts';
import type { BedrockRoute } from './settings.ts';

type CustomizationType = BedrockRoute['type'];

/** What the life of a base model means for whoever tunes it, or hosts what was tuned. */
export interface BaseModelVerdict {
  /** Where in its life it is, with the days; nothing of one that is active for long. */
  readonly life: readonly string[];
  /** Why AWS takes no new job for it, and what to choose instead; undefined where it does. */
  readonly noNewJobs?: string | undefined;
  /** Why no Provisioned Throughput can be bought for it, and what to do instead; undefined where it can. */
  readonly noThroughput?: string | undefined;
  /** Why nothing that is tuned from it could be hosted, and what to choose instead; undefined where it could. */
  readonly notHosted?: string | undefined;
  readonly endOfLife: string | null;
}

/** Judges a base model by the catalogue, on the day `today` (`YYYY-MM-DD`); one that the catalogue lacks, nothing is known of. */
export function judgeBaseModel(
  catalogue: ModelCatalogue,
  id: string,
  type: CustomizationType,
  today: string,
): BaseModelVerdict {
  const entry = modelEntry(catalogue.models, id);
  if (entry === undefined) return { life: [], endOfLife: null };
  const phase = phaseOn(entry, catalogue, today);
  const { endOfLife } = phase;
  const life = lifecycleWarnings(id, phase, today);
  if (phase.phase !== 'legacy') return { life, endOfLife };
  const instead = otherModels(catalogue, id, type, today);
  const onDemand = entry.hosting.includes('on-demand');
  const trainedBefore = onDemand ? '; a version that was trained before can still be hosted on demand' : '';
  const noNewJobs = phase.closed.includes('customization-jobs')
    ? `AWS takes no new customization job for a model that is Legacy in the Region: a run that trains '${id}' asks AWS, and is then refused before it costs anything${trainedBefore}. To train, choose ${instead}`
    : undefined;
  if (!phase.closed.includes('provisioned-throughput')) return { life, noNewJobs, endOfLife };
  const why = `AWS sells no new Provisioned Throughput for a Legacy model, and '${id}' is one${sinceOf(phase)}`;
  const isHostedOtherwise = entry.hosting.some((way) => way !== 'provisioned');
  return {
    life,
    noNewJobs,
    endOfLife,
    noThroughput: `${why}: ${onDemand ? `host it 'on-demand', or ` : ''}choose ${instead}`,
    notHosted:
      isHostedOtherwise || entry.hosting.length === 0
        ? undefined
        : `${why}: what is tuned from it can be hosted in no other way, so training it would be paid for nothing; choose ${instead}`,
  };
}

const sinceOf = ({ legacySince }: LifePhase): string =>
  legacySince === undefined ? '' : ` since ${legacySince.derived ? 'about ' : ''}${legacySince.day}`;

/** Models that a job takes now and that can be hosted afterwards, each with its Regions. */
function otherModels(catalogue: ModelCatalogue, id: string, type: CustomizationType, today: string): string {
  const others = Object.entries(catalogue.models).flatMap(([other, entry]) => {
    const { customization, hosting } = entry;
    if (other === id || !isTunable(entry, type) || hosting.length === 0) return [];
    return phaseOn(entry, catalogue, today).phase === 'active'
      ? [`${other} (${customization?.regions.join(', ')})`]
      : [];
  });
  return others.length === 0 ? `another model: config/models.json has none that takes ${type}` : others.join(', ');
}

const isTunable = ({ customization }: ModelEntry, type: CustomizationType): boolean =>
  customization?.tuningId != null && customization.types.includes(type);

/** Returns what to say where a base model ends before hosting that was paid for does. */
export function outlivedWarnings(
  id: string,
  endOfLife: string | null,
  hosting: HostingChoice,
  now: Date,
): readonly string[] {
  if (endOfLife === null || hosting.kind !== 'provisioned') return [];
  const ends = new Date(now.getTime() + throughputHours(hosting) * HOUR_MS).toISOString().slice(0, 10);
  if (ends < endOfLife) return [];
  const what = hosting.commitment === undefined ? 'the throughput is deleted' : `the commitment ends`;
  return [
    `'${id}' reaches its end of life on ${endOfLife}, before ${what} on about ${ends}: it may answer nothing from then on, and bills to its end`,
  ];
}

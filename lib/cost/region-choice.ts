import { modelEntry } from '../catalogue/model-entry.ts';
import type { ModelCatalogue, ModelEntry } from '../catalogue/models.ts';
import type { PathId } from '../paths.ts';
import { inferenceOf, operationsOf } from './estimators.ts';
import type { Hosting, Workload } from './workload.ts';

/** What a Region does not offer of a path. */
interface Obstacle {
  readonly modelId: string;
  readonly why: 'not-called-there' | 'not-customised-there' | 'not-hosted-this-way';
}

/** The Region that a path is priced in, and why it is not the one asked for. */
export interface RegionChoice {
  readonly region: string;
  /** Absent where the Region asked for offers the path, or where it is not known that it does not. */
  readonly moved?: Obstacle;
  /** No Region with prices offers it: priced where it was asked for. */
  readonly nowhere?: Obstacle;
}

/** Regions in the order in which they are tried when the one asked for does not offer a path. */
const NEAREST: Readonly<Record<string, readonly string[]>> = {
  'us-east-1': ['us-west-2', 'ap-northeast-1'],
  'us-west-2': ['us-east-1', 'ap-northeast-1'],
  'ap-northeast-1': ['us-west-2', 'us-east-1'],
  'eu-central-1': ['eu-west-1', 'us-east-1', 'us-west-2'],
  'eu-west-1': ['eu-central-1', 'us-east-1', 'us-west-2'],
};
const NEAREST_TO_OTHERS = ['us-east-1', 'us-west-2', 'eu-central-1', 'eu-west-1', 'ap-northeast-1'];

type Offer = (region: string) => boolean | null;

interface Need extends Obstacle {
  /** `null`: not known. */
  readonly offered: Offer;
}

/**
 * Chooses the Region in which a path can be had, nearest first, among those with prices. A model that the catalogue does
 * not know moves nothing: what is not known to be missing is priced where it was asked for.
 */
export function regionForPath(
  path: PathId,
  workload: Workload,
  region: string,
  catalogue: ModelCatalogue,
  priced: readonly string[],
): RegionChoice {
  const needs = needsOf(path, workload, catalogue);
  const refused = (candidate: string): Need | undefined => needs.find(({ offered }) => offered(candidate) === false);
  const obstacle = refused(region);
  if (obstacle === undefined) return { region };
  const candidates = (NEAREST[region] ?? NEAREST_TO_OTHERS).filter((candidate) => priced.includes(candidate));
  const nearest = candidates.find((candidate) => refused(candidate) === undefined);
  if (nearest !== undefined) return { region: nearest, moved: named(obstacle) };
  // what another Region would offer is not what stands in the way
  const everywhere = needs.find(({ offered }) => [region, ...candidates].every((one) => offered(one) === false));
  return { region, nowhere: named(everywhere ?? obstacle) };
}

const named = ({ modelId, why }: Need): Obstacle => ({ modelId, why });

function needsOf(path: PathId, workload: Workload, { models, customModelImport }: ModelCatalogue): Need[] {
  const entryOf = (modelId: string | undefined): ModelEntry | undefined =>
    modelId === undefined ? undefined : modelEntry(models, modelId);
  const called = (modelId: string | undefined, scope: string | undefined): Need[] => {
    const entry = entryOf(modelId);
    if (modelId === undefined || entry === undefined) return [];
    return [{ modelId, why: 'not-called-there', offered: (region) => isCalledFrom(entry, scope, region) }];
  };
  const customised = (modelId: string | undefined, type: CustomizationType): Need[] => {
    const entry = entryOf(modelId);
    if (modelId === undefined || entry === undefined) return [];
    const customization = entry.customization;
    return [
      {
        modelId,
        why: 'not-customised-there',
        offered: (region) =>
          customization !== null && customization.types.includes(type) && customization.regions.includes(region),
      },
    ];
  };
  const hosted = (modelId: string | undefined, hosting: Hosting | undefined): Need[] => {
    const entry = entryOf(modelId);
    const kind = hosting?.kind ?? 'none';
    if (modelId === undefined || entry === undefined || kind === 'none' || kind === 'imported') return [];
    return [{ modelId, why: 'not-hosted-this-way', offered: () => entry.hosting.includes(kind) }];
  };
  const inference = inferenceOf(workload, path);
  const { evaluation } = operationsOf(workload, path);
  const judge = called(evaluation?.judgeModelId, evaluation?.judgeProfileScope);
  switch (path) {
    case 'prompt-only':
      return [...called(inference.modelId, inference.profileScope), ...judge];
    case 'rag': {
      const { embedding, parsing, retrieval } = workload.rag ?? {};
      return [
        ...called(inference.modelId, inference.profileScope),
        ...called(embedding?.modelId, 'in-region'),
        ...called(parsing?.kind === 'foundation-model' ? parsing.modelId : undefined, undefined),
        ...called(retrieval?.rerank?.modelId, 'in-region'),
        ...judge,
      ];
    }
    case 'fine-tuning': {
      const { baseModelId, hosting } = workload.fineTuning ?? {};
      return [...customised(baseModelId, 'FINE_TUNING'), ...hosted(baseModelId, hosting), ...judge];
    }
    case 'continued-pretraining': {
      const { route, baseModelId, hosting } = workload.continuedPretraining ?? {};
      if (hosting?.kind === 'imported') {
        const offered: Offer = (region) => customModelImport?.regions?.includes(region) ?? null;
        return [{ modelId: 'Custom Model Import', why: 'not-called-there', offered }, ...judge];
      }
      return [
        ...(route === 'sagemaker' ? [] : customised(baseModelId, 'CONTINUED_PRE_TRAINING')),
        ...hosted(baseModelId, hosting),
        ...judge,
      ];
    }
    case 'distillation': {
      const { studentModelId, teacherModelId, teacherProfileScope, reuseLoggedAnswers, hosting } =
        workload.distillation ?? {};
      return [
        ...customised(studentModelId, 'DISTILLATION'),
        ...(reuseLoggedAnswers === true ? [] : called(teacherModelId, teacherProfileScope)),
        ...hosted(studentModelId, hosting),
        ...judge,
      ];
    }
  }
}

type CustomizationType = NonNullable<ModelEntry['customization']>['types'][number];

/** Whether calls from `region` reach the model: in the Region, or through a profile of the scope; any profile where none is named. */
function isCalledFrom(entry: ModelEntry, scope: string | undefined, region: string): boolean | null {
  const inRegion = entry.inRegion === null ? null : entry.inRegion.includes(region);
  if (scope === 'in-region') return inRegion;
  const profiles = Object.entries(entry.profiles).filter(([name]) => scope === undefined || name === scope);
  const answers = profiles.map(([, { from }]) => (from === null ? null : from.includes(region)));
  if (scope === undefined) answers.push(inRegion);
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

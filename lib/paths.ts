/**
 * The ways to customise a foundation model that this project compares: ids of stacks, as `cdk deploy` takes them, and values of the
 * tag `customization-path`. Each with its section in configuration and workload, and what it does besides answering.
 */
const PATH_FACTS = {
  'prompt-only': { section: 'promptOnly', retrieves: false, trains: false },
  rag: { section: 'rag', retrieves: true, trains: false },
  'fine-tuning': { section: 'fineTuning', retrieves: false, trains: true },
  'continued-pretraining': { section: 'continuedPretraining', retrieves: false, trains: true },
  distillation: { section: 'distillation', retrieves: false, trains: true },
} as const;

type PathFacts = typeof PATH_FACTS;

export type PathId = keyof PathFacts;

/** In the order in which every report has them. */
export const PATHS = Object.keys(PATH_FACTS) as readonly PathId[];

/** Where configuration and workload describe each path. */
export const PATH_SECTIONS = Object.fromEntries(PATHS.map((path) => [path, PATH_FACTS[path].section])) as {
  readonly [P in PathId]: PathFacts[P]['section'];
};

export type PathSection = PathFacts[PathId]['section'];

/** Those that train a model of their own. */
export type TrainingPath = { [P in PathId]: PathFacts[P]['trains'] extends true ? P : never }[PathId];

export const isTrainingPath = (path: PathId): path is TrainingPath => PATH_FACTS[path].trains;

export const TRAINING_PATHS: readonly TrainingPath[] = PATHS.filter(isTrainingPath);

/** Those that answer from documents. */
export const RETRIEVAL_PATHS: readonly PathId[] = PATHS.filter((path) => PATH_FACTS[path].retrieves);

/** True if a text, the value of a tag for one, is a path of this project. */
export const isPathId = (text: string | null): text is PathId => (PATHS as readonly (string | null)[]).includes(text);

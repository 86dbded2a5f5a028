import type { RecordRules } from '../catalogue/family.ts';
import type { TrainingPath } from '../paths.ts';

/** What the data are for. */
export interface DatasetFacts {
  readonly customization: TrainingPath;
  /** Name of the family of models, for messages. */
  readonly family: string;
  /** Undefined where the family does not take this customization. */
  readonly rules: RecordRules | undefined;
  /** Where else a model can be pre-trained further, in sentences. @default nothing is said of it */
  readonly elsewhere?: readonly string[] | undefined;
}

export type DatasetFile = 'train' | 'validation';

/** Something that a person must change, or ought to know. */
export interface DatasetIssue {
  /** Counted from 1; 0 is the file as a whole. */
  readonly line: number;
  readonly file: DatasetFile;
  /** Stable name of the rule, such as `role-order`. */
  readonly rule: string;
  /** What is wrong, what was got and what to do. */
  readonly message: string;
}

export interface FileCounts {
  readonly records: number;
  readonly bytes: number;
  /** Of the texts that a model learns from. */
  readonly characters: number;
  /** By the characters: what is billed, only the service knows. */
  readonly estimatedTokens: number;
}

export interface DatasetReport extends FileCounts {
  readonly validation?: FileCounts | undefined;
  /** The first of them; the counts are exact. */
  readonly errors: readonly DatasetIssue[];
  readonly warnings: readonly DatasetIssue[];
  readonly errorCount: number;
  readonly warningCount: number;
}

/** A report that names thousands of lines helps nobody, and would not fit where it is handed on. */
const MOST_ISSUES = 100;

export interface Findings {
  readonly error: (issue: DatasetIssue) => void;
  readonly warning: (issue: DatasetIssue) => void;
  readonly all: () => Pick<DatasetReport, 'errors' | 'warnings' | 'errorCount' | 'warningCount'>;
}

export function findings(): Findings {
  const errors: DatasetIssue[] = [];
  const warnings: DatasetIssue[] = [];
  let errorCount = 0;
  let warningCount = 0;
  return {
    error: (issue) => {
      errorCount += 1;
      if (errors.length < MOST_ISSUES) errors.push(issue);
    },
    warning: (issue) => {
      warningCount += 1;
      if (warnings.length < MOST_ISSUES) warnings.push(issue);
    },
    all: () => ({ errors, warnings, errorCount, warningCount }),
  };
}

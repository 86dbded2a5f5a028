import type { AskSummary } from '../aws/ask-dataset.ts';
import type { DatasetQuestion } from '../aws/questions.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import type { Config } from '../config/config.ts';
import type { MeasuredCalls } from '../cost/measured-workload.ts';
import type { Workload } from '../cost/workload.ts';
import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { VirtualClock } from '../simulator/clock.ts';
import type { Fault } from '../simulator/faults.ts';
import type { ObjectStore, Simulator } from '../simulator/simulator.ts';
import type { MeasuredProfile, MonthOfUsage } from '../simulator/usage.ts';
import type { DeployedPath, EmulatorClients } from './deployed-path.ts';
import type { EstimateBefore } from './two-estimates.ts';

export interface RehearsalInput {
  /** Project root. */
  readonly root: string;
  /** Folder whose `config` the app is synthesized with. @default the project root */
  readonly configRoot?: string | undefined;
  /** How that differs from the project's, to be said. @default it does not */
  readonly changed?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  /** In the order in which they are asked. */
  readonly paths: readonly PathId[];
  readonly config: Config;
  readonly catalogue: ModelCatalogue;
  readonly book: PriceBook;
  readonly questions: readonly DatasetQuestion[];
  /** Questions under way at the same time: each has a process of its own. */
  readonly concurrency: number;
  readonly requestsPerMonth: number;
  readonly estimateBefore: EstimateBefore;
  readonly faults: readonly Fault[];
  /** On loopback. */
  readonly llmUrl?: string | undefined;
  readonly port?: number | undefined;
}

/** Told what happens, step by step. */
export interface RehearsalObserver {
  /** Runs one step; `work` is told how to show progress and returns the step's result and what to say of it. */
  readonly step: <T>(title: string, work: (progress: Progress) => Promise<StepResult<T>>) => Promise<T>;
}

export interface Progress {
  /** Shows what a long step is at. */
  readonly say: (text: string) => void;
  readonly count: (done: number, total: number) => void;
}

export interface StepResult<T> {
  readonly value: T;
  /** Lines to show. */
  readonly said: readonly string[];
}

export const said = <T>(value: T, ...lines: readonly string[]): StepResult<T> => ({ value, said: lines });

/** What every path of a rehearsal shares. */
export interface Stage extends RehearsalInput {
  readonly accountId: string;
  readonly emulatorUrl: string;
  readonly clients: EmulatorClients;
  /** The emulator's buckets. */
  readonly objects: ObjectStore;
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly observer: RehearsalObserver;
  /** Why the rehearsal failed, so far. */
  readonly problems: Problem[];
}

/** Why a rehearsal failed. */
export interface Problem {
  /** Paths whose figures must not be used; none where they were measured before it went wrong. */
  readonly spoils: readonly PathId[];
  /** The finding, in one sentence. */
  readonly what: string;
  /** The cause, and what to do. */
  readonly advice: string;
}

/** One deployed path, ready to be rehearsed. */
export interface PathStage extends Stage {
  readonly path: PathId;
  readonly deployed: DeployedPath;
  /** Of the stack. */
  readonly outputs: Readonly<Record<string, string>>;
  /** On the virtual clock, when the deployment of all paths began. */
  readonly deployingSince: Date;
}

/** What the questions to a path measured. The model and where it is asked are the path's own to add. */
export type MeasuredRequests = Omit<MeasuredCalls, 'modelId' | 'profileScope' | 'tier'>;

/** What a month uses beside calls, function and log. */
type StandingUsage = Partial<
  Pick<MonthOfUsage, 'usagePerRequest' | 'usagePerMonth' | 'storagePerRequest' | 'usagePerWindow'>
>;

/**
 * What is special about the rehearsal of one path. It keeps for itself what one part finds out for a later one; what goes wrong
 * without stopping it, it adds to the problems of its stage, and what takes time it tells in steps of its own.
 */
export interface PathRehearsal {
  /** Between deployment and questions: documents, training. Its calls are no part of what a request uses. @default nothing */
  readonly prepare?: () => Promise<void>;
  /** After the questions. @default nothing */
  readonly examine?: (summary: AskSummary) => Promise<void>;
  /** @default nothing */
  readonly standingUsage?: (month: string, requestsPerMonth: number) => StandingUsage;
  /** Resources that a bill may name beside function, log group and model. @default none */
  readonly resourceIds?: () => readonly string[];
  /** The workload of the estimate, from the same measurements as the meter's, so that only the ways of reckoning differ. */
  readonly workload: (measured: MeasuredRequests, profile: MeasuredProfile) => Workload;
}

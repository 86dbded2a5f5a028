import { ConverseCommand, type BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { errorLabel, errorText } from '../../lib/errors/aws-error.ts';
import { PassingError, isDailyQuota, isPassing } from '../../lib/errors/passing.ts';
import { mayMeanAbsent, refusalOf } from '../../lib/errors/refusals.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import { findByName } from '../../lib/lifecycle/inventory.ts';
import { isRunLive, type Lease, type Publication } from '../../lib/lifecycle/leases.ts';
import { finishPublication, finishPublications, type PublicationClients } from '../../lib/lifecycle/publication.ts';
import type { TrainingPath } from '../../lib/paths.ts';
import type { RunState } from '../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';
import type { Pace } from '../shared/retry.ts';

export interface PublishClients extends PublicationClients {
  readonly runtime: Pick<BedrockRuntimeClient, 'send'>;
}

const QUESTION = 'Answer with one word: are you there?';

/** A cold copy of an imported model needs minutes; a deployment that just became active may be throttled, or not be seen yet. */
const SMOKE_TEST_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 20_000;

/**
 * Asks the hosted model one question before anybody else does. A refusal that lasts is final. After any other it asks again for ten
 * minutes: a model just made may not be seen, and its tags not be in force yet.
 *
 * A run that fails deletes the model that it has paid for. A refusal that is no fault of the model, such as a denial, a missing
 * subscription or one of unknown meaning, must not do that: the model is published without having been asked, with a warning. Only an
 * imported model fails the run then, because its weights stay.
 * @throws RunError where the model itself cannot answer, or an imported one does not: it is not published, and the model before it stays
 * @throws PassingError where AWS could not be asked about a model that can only be had back by training again
 */
export async function smokeTest(
  run: RunState,
  { path }: Pick<TrainingSettings, 'path'>,
  { runtime }: PublishClients,
  pace: Pace,
): Promise<RunState> {
  const { host, importJob } = run;
  if (host === undefined) return run;
  const startedMs = pace.now();
  for (let waitMs = 1_000; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      const { output } = await runtime.send(
        new ConverseCommand({
          modelId: host.arn,
          messages: [{ role: 'user', content: [{ text: QUESTION }] }],
          inferenceConfig: { maxTokens: 16 },
        }),
      );
      const text = (output?.message?.content ?? []).map((block) => block.text ?? '').join('');
      if (text.trim() === '') throw new RunError(`the hosted model ${host.arn} answered a question with nothing`);
      return run;
    } catch (error) {
      if (error instanceof RunError) throw error;
      const unasked = (): RunState => ({
        ...run,
        warnings: [...(run.warnings ?? []), unaskedText(host.arn, path, error)],
      });
      // says nothing of the model, and outlasts every run
      if (isDailyQuota(error)) return unasked();
      const refusal = refusalOf(error);
      if (!lasts(error) && pace.now() - startedMs + waitMs <= SMOKE_TEST_MS) {
        await pace.sleep(waitMs);
        continue;
      }
      const message = `the hosted model ${host.arn} does not answer: ${refusal === undefined ? '' : `${refusal.means}. `}${errorText(error)}`;
      const options = { cause: error };
      if (host.kind !== 'imported-model' && refusal?.condemnsModel !== true) {
        if (isPassing(error)) throw new PassingError(message, options);
        return unasked();
      }
      // a copy of an imported model bills while it is asked, so it is asked no longer; its weights stay
      const again =
        host.kind === 'imported-model' && importJob?.weightsUri !== undefined
          ? `. Its weights stay in ${importJob.weightsUri}: 'npx fmpaths host continued-pretraining --weights ${importJob.weightsUri}' imports them without training again`
          : '';
      throw new RunError(`${message}${again}`, options);
    }
  }
}

/** True if AWS has judged the question, or says what does not pass. What it does not show yet and does not allow yet may pass. */
function lasts(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return refusal.passes !== true;
  return error instanceof Error && error.name === 'ValidationException' && !mayMeanAbsent(error);
}

function unaskedText(arn: string, path: TrainingPath, error: unknown): string {
  const reason = refusalOf(error)?.means ?? 'AWS refused the question, which proves nothing against the model';
  return `the hosted model ${arn} is published without having been asked: ${reason} (${errorLabel(error)}). Ask it: npx fmpaths run ${path} --dataset config/datasets/cdk-questions.jsonl --limit 1`;
}

/**
 * Lets what the run has made stay, and lets the answering function find it. What an earlier run had published and this one replaces
 * loses its leave to exist: the reaper removes it.
 */
export async function publishRun(
  run: RunState,
  settings: TrainingSettings,
  clients: PublishClients,
  now: Date,
): Promise<RunState> {
  const { host, customModelArn, hosting, runId } = run;
  const { leases } = clients;
  if (customModelArn === undefined) throw new Error('a model is published after it is trained');
  const modelKind = settings.customization.route === 'bedrock' ? 'custom-model' : 'imported-model';
  const model = await findByName(clients, modelKind, customModelArn);
  const own = model?.owner === settings.owner;
  // a model of somebody else may be hosted, and is never removed; an imported one is its own hosting, and only an own one may be asked
  if (model === null || (!own && (run.action !== 'host' || modelKind === 'imported-model'))) {
    const message = `the model ${customModelArn} is gone, or was created by something else: it is not published`;
    // what was just made, or its tags, may not be seen yet
    throw model?.owner === undefined ? new PassingError(message) : new RunError(message);
  }
  const writtenAt = now.toISOString();
  const publishedLease = (lease: Omit<Lease, 'runId' | 'writtenAt' | 'published'>): Lease => ({
    ...lease,
    runId,
    writtenAt,
    published: true,
  });
  const publication: Publication = {
    leases: [
      ...(own ? [publishedLease({ kind: modelKind, name: model.name })] : []),
      ...(host === undefined || host.kind === 'imported-model'
        ? []
        : [
            publishedLease({
              kind: host.kind,
              name: host.name,
              modelArn: customModelArn,
              ...(host.until === undefined ? {} : { until: host.until }),
            }),
          ]),
    ],
    ...(host === undefined || hosting.kind === 'none'
      ? {}
      : {
          hosted: {
            kind: hosting.kind,
            modelArn: host.arn,
            customModelArn,
            runId,
            publishedAt: writtenAt,
            ...(host.until === undefined ? {} : { until: host.until }),
          },
        }),
    replaces: run.action !== 'host',
  };
  await finishPublications(clients, now);
  // the run has done its work: from this one write on it is published, and nothing may be created under it any more
  const published = await leases.changeRun(runId, (lease) =>
    isRunLive(lease, now) ? { ...lease, revokedAt: writtenAt, publication } : undefined,
  );
  if (published?.publication === undefined) {
    throw new RunError(`the run ${runId} has ended or was stopped: its model is not published`);
  }
  await finishPublication(published, clients, now);
  return run;
}

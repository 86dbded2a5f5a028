import { ConverseCommand, type BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { findByName } from '../../lib/lifecycle/inventory.ts';
import { isRunLive, type Lease, type Publication } from '../../lib/lifecycle/leases.ts';
import { finishPublication, finishPublications, type PublicationClients } from '../shared/publication.ts';
import { isPassing, type Pace } from '../shared/retry.ts';
import type { RunState } from '../shared/run-state.ts';
import { RunError } from '../shared/training-run.ts';
import type { TrainingSettings } from '../shared/training-settings.ts';

export interface PublishClients extends PublicationClients {
  readonly runtime: Pick<BedrockRuntimeClient, 'send'>;
}

const QUESTION = 'Answer with one word: are you there?';

/** A cold copy of an imported model needs minutes; a deployment that just became active may be throttled. */
const SMOKE_TEST_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 20_000;

/**
 * Asks the hosted model one question before anybody else does.
 * @throws RunError where it does not answer: then it is not published, and the model before it stays
 */
export async function smokeTest(run: RunState, { runtime }: PublishClients, pace: Pace): Promise<RunState> {
  const { host } = run;
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
      if (!isPassing(error) || pace.now() - startedMs + waitMs > SMOKE_TEST_MS) {
        throw error instanceof RunError
          ? error
          : new RunError(`the hosted model ${host.arn} does not answer: ${String(error)}`, { cause: error });
      }
      await pace.sleep(waitMs);
    }
  }
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
    throw new RunError(`the model ${customModelArn} is gone, or was created by something else: it is not published`);
  }
  const writtenAt = now.toISOString();
  const stays = (lease: Omit<Lease, 'runId' | 'writtenAt' | 'published'>): Lease => ({
    ...lease,
    runId,
    writtenAt,
    published: true,
  });
  const publication: Publication = {
    leases: [
      ...(own ? [stays({ kind: modelKind, name: model.name })] : []),
      ...(host === undefined || host.kind === 'imported-model'
        ? []
        : [
            stays({
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

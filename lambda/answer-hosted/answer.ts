import { mayMeanAbsent } from '../../lib/errors/refusals.ts';
import { inService, type Registry } from '../../lib/lifecycle/model-registry.ts';
import type { PathId } from '../../lib/paths.ts';
import type { PublishedModel } from '../../lib/training/published-model.ts';
import { AnswerError } from '../shared/contract.ts';
import { converseRequest, type Prompt } from '../shared/converse-request.ts';
import { generate, type ModelCaller } from '../shared/generate.ts';
import type { AnswerPath } from '../shared/respond.ts';
import { answerError } from '../shared/retry.ts';
import type { AnswerSettings } from '../shared/settings.ts';

/** The models that a path has trained and hosts. */
export interface HostedModelCaller extends ModelCaller {
  readonly path: PathId;
  readonly registry: Registry;
  readonly settings: AnswerSettings;
  readonly prompt: Prompt;
}

/** How long the registry is believed: a model that has been taken out of service is noticed by its error at once. */
const BELIEVED_MS = 30_000;

/** Answers with the model that is in service: throughput in the hours that it was bought for, else what is hosted on demand. */
export function hostedModelPath(answerer: HostedModelCaller): AnswerPath {
  const { path, settings, prompt, pace } = answerer;
  const models = hostedModels(answerer);
  return {
    path,
    settings,
    promptId: prompt.id,
    pace,
    answer: async ({ question }, attempt, parts) => {
      const refusals = new Map<string, unknown>();
      let listed: PublishedModel[] = [];
      // the registry is read again before anything follows from a refusal: the model may have been replaced since
      for (const reading of ['believed', 'fresh'] as const) {
        listed = await models(reading);
        for (const model of listed) {
          if (refusals.has(model.modelArn)) continue;
          const request = converseRequest(question, model.modelArn, settings.inference, prompt);
          try {
            const { text, usage, stopReason, meteredUsd } = await generate(request, answerer, attempt, parts);
            return {
              path,
              answer: text,
              citations: [],
              usage,
              latencyMs: Math.round(pace.now() - attempt.startedMs),
              meteredUsd: METERED[model.kind](meteredUsd),
              modelArn: model.modelArn,
              stopReason,
              retries: attempt.retries,
            };
          } catch (error) {
            // another model of the path may answer, unless AWS says that the fault is not this model's
            if (!mayMeanAbsent(error)) throw error;
            refusals.set(model.modelArn, error);
          }
        }
      }
      const [model] = listed;
      // the registry proves what is hosted: AWS refuses a model that is there in the same words as one that is gone
      if (model !== undefined) throw unanswered(model, refusals.get(model.modelArn), path);
      throw new AnswerError(
        'no_hosted_model',
        `the path ${path} hosts no model: host the one that was trained last with 'npx fmpaths host ${path}', or where there is none, train one with 'npx fmpaths train ${path} --dataset config/datasets/${path}/train.jsonl'`,
      );
    },
  };
}

/** Returns the refusal of a model that the registry lists. */
function unanswered({ modelArn }: PublishedModel, refusal: unknown, path: PathId): AnswerError {
  const { code, message } = answerError(refusal);
  return new AnswerError(
    code,
    `${message}. The path hosts ${modelArn}: 'npx fmpaths host ${path} --status' says what AWS knows of it`,
    { cause: refusal },
  );
}

/** What a question costs beyond what is billed by time. */
const METERED: Record<PublishedModel['kind'], (tokensUsd: number | null) => number | null> = {
  'on-demand': (usd) => usd,
  // the hours are billed whether anybody asks or not: a question adds nothing to them
  provisioned: () => 0,
  // billed by windows of five minutes that questions share
  imported: () => null,
};

function hostedModels({
  registry,
  pace,
}: HostedModelCaller): (reading: 'believed' | 'fresh') => Promise<PublishedModel[]> {
  let known: { readonly models: PublishedModel[]; readonly atMs: number } | undefined;
  return async (reading) => {
    if (reading === 'fresh' || known === undefined || pace.now() - known.atMs > BELIEVED_MS) {
      known = { models: inService(await registry.read(), new Date(pace.now())), atMs: pace.now() };
    }
    return known.models;
  };
}

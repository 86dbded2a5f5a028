import { isNotFound } from '../../lib/lifecycle/not-found.ts';
import type { PathId } from '../../lib/paths.ts';
import { AnswerError } from '../shared/contract.ts';
import { converseRequest, type Prompt } from '../shared/converse-request.ts';
import { generate, type Generator } from '../shared/generate.ts';
import { inService, type Registry } from '../shared/model-registry.ts';
import type { Responder } from '../shared/respond.ts';
import type { AnswerSettings } from '../shared/settings.ts';
import type { HostedModel } from '../shared/training-run.ts';

/** The models that a path has trained and hosts. */
export interface HostedAnswerer extends Generator {
  readonly path: PathId;
  readonly registry: Registry;
  readonly settings: AnswerSettings;
  readonly prompt: Prompt;
}

/** How long the registry is believed: a model that has been taken out of service is noticed by its error at once. */
const BELIEVED_MS = 30_000;

/** Answers with the model that is in service: throughput in the hours that it was bought for, else what is hosted on demand. */
export function hostedResponder(answerer: HostedAnswerer): Responder {
  const { path, settings, prompt, pace } = answerer;
  const models = hostedModels(answerer);
  return {
    path,
    settings,
    promptId: prompt.id,
    pace,
    answer: async ({ question }, attempt, parts) => {
      for (const fresh of [false, true]) {
        for (const model of await models(fresh)) {
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
            // deleted since the registry was read: the next one may answer
            if (!isGone(error)) throw error;
          }
        }
      }
      throw new AnswerError(
        'no_hosted_model',
        `the path ${path} hosts no model yet: train one with 'npx fmpaths train ${path} --dataset FILE --max-usd N'`,
      );
    },
  };
}

/** What a question costs beyond what is billed by time. */
const METERED: Record<HostedModel['kind'], (tokensUsd: number | null) => number | null> = {
  'on-demand': (usd) => usd,
  // the hours are billed whether anybody asks or not: a question adds nothing to them
  provisioned: () => 0,
  // billed by windows of five minutes that questions share
  imported: () => null,
};

function hostedModels({ registry, pace }: HostedAnswerer): (fresh: boolean) => Promise<HostedModel[]> {
  let known: { readonly models: HostedModel[]; readonly atMs: number } | undefined;
  return async (fresh) => {
    if (fresh || known === undefined || pace.now() - known.atMs > BELIEVED_MS) {
      known = { models: inService(await registry.read(), new Date(pace.now())), atMs: pace.now() };
    }
    return known.models;
  };
}

/** Converse says of a deleted deployment that its identifier is not valid. */
function isGone(error: unknown): boolean {
  if (isNotFound(error)) return true;
  return error instanceof Error && error.name === 'ValidationException' && /identifier|not found/i.test(error.message);
}

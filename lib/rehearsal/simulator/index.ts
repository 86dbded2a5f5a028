import { requireLoopback } from '../loopback.ts';
import { createApi, type Api } from './api.ts';
import { resourceRoute } from './cloudformation.ts';
import { applicationInferenceProfileType } from './inference-profile-type.ts';
import { converseRoutes } from './converse.ts';
import { APPLICATION_INFERENCE_PROFILE, inferenceProfiles } from './inference-profiles.ts';
import { createLedger } from './ledger.ts';
import { listen } from './listener.ts';
import { llm } from './llm.ts';
import { createMeter } from './meter.ts';
import { leftoversOf, type SimulatedPart } from './part.ts';
import { promptCache } from './prompt-cache.ts';
import type { Simulator, SimulatorControl, SimulatorOptions } from './types.ts';

/**
 * Starts a simulation of Amazon Bedrock on a port of this machine: it answers, meters and bills, and nothing that it says comes
 * from AWS.
 * @throws UserError where the port is taken or `llmUrl` is not on this machine
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { region, accountId, clock, models, prices, guardrails = [], llmUrl } = options;
  const behind = llmUrl === undefined ? undefined : llm(requireLoopback(llmUrl, 'the model server'));
  const world = { region, accountId, clock, models };
  const profiles = inferenceProfiles(world);
  const meter = createMeter(clock);
  const parts: readonly SimulatedPart[] = [
    {
      routes: profiles.routes,
      resources: profiles.resources,
      // an inference profile bills nothing by itself
      usdPerDay: () => 0,
      resourceTypes: (call) => ({ [APPLICATION_INFERENCE_PROFILE]: applicationInferenceProfileType(profiles, call) }),
    },
    { routes: converseRoutes({ world, profiles, guardrails, cache: promptCache(clock), meter, llm: behind }) },
  ];

  // a resource is made through the other operations
  const api: Api = createApi([...parts.flatMap(({ routes }) => routes), resourceRoute(parts, () => api)]);
  const control: SimulatorControl = {
    inject: api.inject,
    resources: () => parts.flatMap(({ resources }) => resources?.() ?? []),
    leftovers: () => parts.flatMap(leftoversOf),
    calls: meter.calls,
    measured: meter.measured,
    playMonth: meter.playMonth,
    ledger: createLedger(meter, { accountId, prices, models }),
  };

  const { port, close } = await listen({ port: options.port, runToken: options.runToken, region, api });
  return { url: `http://127.0.0.1:${port}/t/${encodeURIComponent(options.runToken)}`, port, control, close };
}

export { virtualClock, type VirtualClock } from './clock.ts';
export { customMetricUsage, lambdaUsage, logUsage } from './operations-usage.ts';
export type * from './types.ts';

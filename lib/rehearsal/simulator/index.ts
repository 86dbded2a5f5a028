import { requireLoopback } from '../loopback.ts';
import { createApi, type Api } from './api.ts';
import { resourceRoute } from './cloudformation.ts';
import { converseRoutes } from './converse.ts';
import { inferenceProfiles } from './inference-profiles.ts';
import { createLedger } from './ledger.ts';
import { listen } from './listener.ts';
import { llm } from './llm.ts';
import { createMeter } from './meter.ts';
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

  // a resource is made through the other operations
  const api: Api = createApi([
    ...profiles.routes,
    ...converseRoutes({ world, profiles, guardrails, cache: promptCache(clock), meter, llm: behind }),
    resourceRoute(profiles, () => api),
  ]);
  const control: SimulatorControl = {
    inject: api.inject,
    resources: profiles.resources,
    // an inference profile bills nothing by itself
    leftovers: () => profiles.resources().map((resource) => ({ ...resource, usdPerDay: 0 })),
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

import { requireLoopback } from '../errors/loopback.ts';
import { createApi, type Api } from './api.ts';
import type { Tagging } from './bill.ts';
import { resourceRoute } from './cloudformation.ts';
import { converseRoutes } from './converse.ts';
import { costExplorer } from './cost-explorer.ts';
import { applicationInferenceProfileType } from './inference-profile-type.ts';
import { APPLICATION_INFERENCE_PROFILE, inferenceProfiles } from './inference-profiles.ts';
import { ACTIVE_TAG_KEYS, createLedger } from './ledger.ts';
import { listen } from './listener.ts';
import { llm } from './llm.ts';
import { createMeter } from './meter.ts';
import { pricingCalculator } from './pricing-calculator.ts';
import { promptCache } from './prompt-cache.ts';
import { NO_HOST_SERVICES } from './retrieval/host-services.ts';
import { retrieval } from './retrieval/index.ts';
import { leftoversOf, type SimulatedService } from './simulated-service.ts';
import type { Simulator, SimulatorControl, SimulatorOptions } from './simulator.ts';
import { tagRoutes } from './tag-routes.ts';
import { DEFAULT_QUOTAS, NO_OBJECTS } from './training/environment.ts';
import { training } from './training/index.ts';

/** The simulation itself, for callers in the same process. */
export interface Simulation {
  readonly api: Api;
  readonly control: SimulatorControl;
  /** Ends what the simulation keeps open in this process. */
  readonly close: () => Promise<void>;
}

/** @throws UserError where `llmUrl` is not on this machine */
export function createSimulation(options: Omit<SimulatorOptions, 'port' | 'runToken'>): Simulation {
  const {
    region,
    accountId,
    clock,
    models,
    prices,
    guardrails = [],
    llmUrl,
    hostServices = NO_HOST_SERVICES,
  } = options;
  const behind = llmUrl === undefined ? undefined : llm(requireLoopback(llmUrl, 'the model server'));
  const simulator = { region, accountId, clock, models };
  const profiles = inferenceProfiles(simulator);
  const meter = createMeter(clock);
  const trained = training({
    simulator,
    prices,
    objects: options.objects ?? NO_OBJECTS,
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
  });
  meter.addSource(trained.usage);
  const retrieving = retrieval({
    simulator,
    profiles,
    meter,
    hostServices,
    usd: (priceId) => prices.prices.get(priceId)?.usd ?? null,
  });
  const ledger = createLedger(meter, clock, { accountId, prices, models });
  let shownTags: Tagging = 'confirmed';
  const calculator = pricingCalculator({ prices });
  const parts: readonly SimulatedService[] = [
    {
      routes: profiles.routes,
      resources: profiles.resources,
      // an inference profile bills nothing by itself
      usdPerDay: () => 0,
      resourceTypes: (call) => ({ [APPLICATION_INFERENCE_PROFILE]: applicationInferenceProfileType(profiles, call) }),
    },
    trained,
    { routes: tagRoutes([profiles.taggable, ...trained.taggable]) },
    {
      routes: converseRoutes({
        simulator,
        profiles,
        hosted: trained,
        guardrails,
        cache: promptCache(clock),
        meter,
        llm: behind,
      }),
    },
    ...retrieving.parts,
    costExplorer({ clock, lines: () => ledger.lines(shownTags), activeTagKeys: () => ACTIVE_TAG_KEYS }),
    calculator,
  ];

  // a resource is made through the other operations
  const api: Api = createApi([...parts.flatMap(({ routes }) => routes), resourceRoute(parts, () => api)]);
  return {
    api,
    control: {
      inject: api.inject,
      resources: () => parts.flatMap(({ resources }) => resources?.() ?? []),
      leftovers: () => parts.flatMap(leftoversOf),
      calls: meter.calls,
      measured: meter.measured,
      knowledgeBases: retrieving.knowledgeBases,
      knowledgeBaseMonth: retrieving.month,
      playMonth: meter.playMonth,
      trainingJobs: trained.jobs,
      windowUsage: trained.windowUsage,
      ledger,
      showTags: (tagging) => {
        shownTags = tagging;
      },
      calculatorBehaves: calculator.behave,
    },
    close: retrieving.close,
  };
}

/**
 * Starts a simulation of Amazon Bedrock on a port of this machine: it answers, meters and bills, and nothing that it says comes
 * from AWS.
 * @throws UserError where the port is taken or `llmUrl` is not on this machine
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { api, control, close: closeSimulation } = createSimulation(options);
  const listener = await listen({ port: options.port, runToken: options.runToken, region: options.region, api });
  const { port } = listener;
  const close = async (): Promise<void> => {
    await Promise.all([listener.close(), closeSimulation()]);
  };
  return { url: `http://127.0.0.1:${port}/t/${encodeURIComponent(options.runToken)}`, port, control, close };
}

export type * from './bill.ts';
export type * from './faults.ts';
export type * from './usage.ts';
export { virtualClock, type VirtualClock } from './clock.ts';
export { customMetricUsage, documentUsage, lambdaUsage, logUsage, secretUsage } from './operations-usage.ts';
export type * from './simulator.ts';

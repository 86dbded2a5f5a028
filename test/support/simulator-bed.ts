import { BedrockClient, CreateInferenceProfileCommand } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterEach } from '@jest/globals';
import {
  startSimulator,
  virtualClock,
  type Simulator,
  type SimulatorOptions,
  type VirtualClock,
} from '../../lib/simulator/index.ts';
import { ACCOUNT, CATALOGUE, PRICES, REGION, SYSTEM_PROFILE, TAG_LIST, TOKEN } from './simulator.ts';

const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };

export interface TestBed {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly bedrock: BedrockClient;
  readonly runtime: BedrockRuntimeClient;
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** A simulator of the invented models and prices, at noon of 2026-11-30; who starts it closes it. */
export async function testSimulator(
  options: Partial<SimulatorOptions> = {},
): Promise<{ readonly simulator: Simulator; readonly clock: VirtualClock }> {
  const clock = options.clock ?? virtualClock(new Date('2026-11-30T12:00:00Z'));
  const simulator = await startSimulator({
    runToken: TOKEN,
    region: REGION,
    accountId: ACCOUNT,
    clock,
    prices: PRICES,
    models: CATALOGUE,
    ...options,
  });
  return { simulator, clock };
}

/** A simulator with real SDK clients, all of it ended after the test. */
export async function testBed(options: Partial<SimulatorOptions> = {}): Promise<TestBed> {
  const { simulator, clock } = await testSimulator(options);
  const client = { region: REGION, endpoint: simulator.url, credentials, maxAttempts: 1 };
  const bedrock = new BedrockClient(client);
  const runtime = new BedrockRuntimeClient(client);
  ends.push(async () => {
    bedrock.destroy();
    runtime.destroy();
    await simulator.close();
  });
  return { simulator, clock, bedrock, runtime };
}

/** Makes a tagged profile of the test model and returns its ARN. */
export async function createProfile(
  { bedrock }: TestBed,
  copyFrom = SYSTEM_PROFILE,
  name = 'answers',
): Promise<string> {
  const { inferenceProfileArn = '' } = await bedrock.send(
    new CreateInferenceProfileCommand({ inferenceProfileName: name, modelSource: { copyFrom }, tags: TAG_LIST }),
  );
  return inferenceProfileArn;
}

/** What a request by hand needs: the scope of a signature, which is all that the simulator can check. */
export function signedHeaders(region = REGION): Record<string, string> {
  return {
    'content-type': 'application/json',
    authorization: `AWS4-HMAC-SHA256 Credential=rehearsal/20261130/${region}/bedrock/aws4_request, SignedHeaders=host, Signature=0`,
  };
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The error of a promise that must be rejected. It may come from outside of jest's realm, so its class says nothing. */
export async function errorOf(work: Promise<unknown>): Promise<Failure> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Failure,
  );
}

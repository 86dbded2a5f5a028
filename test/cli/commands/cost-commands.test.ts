import { describe, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workload } from '../../../lib/cost/workload.ts';
import { PATHS } from '../../../lib/paths.ts';
import { runCli } from '../../support/run-cli.ts';

const ROOT = join(import.meta.dirname, '../../..');
const GOLDEN = join(ROOT, 'test/golden');
const INPUTS = ['--workload', join(GOLDEN, 'workload.json'), '--prices', join(GOLDEN, 'prices.json')];

/** Writes `text` to a file that is gone after the test. */
async function withFile<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fmpaths-cost-'));
  try {
    const file = join(folder, 'mine.json');
    writeFileSync(file, text);
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface EstimateJson {
  readonly region: string;
  readonly currency: string;
  readonly paths: readonly {
    readonly path: string;
    readonly modelId: string | null;
    readonly basis: string;
    readonly region: string;
    readonly regionReason: object | null;
    readonly monthlyUsd: number | null;
    readonly oneTimeUsd: number | null;
    readonly usdPer1kRequests: number | null;
    readonly cutAnswer: object | null;
    readonly unknown: readonly string[];
    readonly missing: readonly string[];
    readonly stalePriceIds: readonly string[];
    readonly lines: readonly Record<string, unknown>[];
  }[];
}

const estimateJson = async (...args: string[]): Promise<EstimateJson> =>
  JSON.parse((await runCli(['estimate', '--format', 'json', ...args])).stdout) as EstimateJson;

describe('estimate', () => {
  test('needs no argument: there is a workload and there are prices', async () => {
    const { status, stdout, stderr } = await runCli(['estimate']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const path of PATHS) expect(stdout).toContain(path);
  });

  test('JSON keeps its contract: nothing is rounded, unknown is null', async () => {
    const json = await estimateJson(...INPUTS);
    expect(json).toMatchObject({ region: 'us-east-1', currency: 'USD' });
    // the student that is configured, and the same model untuned, have rows of their own
    expect([...new Set(json.paths.map(({ path }) => path))]).toEqual(PATHS);
    const [promptOnly] = json.paths;
    const distillation = json.paths.find(({ path }) => path === 'distillation');
    // 100,000 x 1 s... Lambda: 100,000 GB-s x $0.0000133334 + $0.02; metrics 7 x $0.3; tokens $420
    expect(promptOnly?.monthlyUsd).toBeCloseTo(423.45334, 9);
    expect(promptOnly?.usdPer1kRequests).toBeCloseTo(4.2345334, 9);
    expect(promptOnly?.lines[0]).toEqual({
      component: 'inference',
      kind: 'usage',
      name: 'Input tokens',
      quantity: 300,
      unit: '1M tokens',
      unitPriceUsd: 1,
      usd: 300,
      priceId: 'acme.base-v1:0/input',
      usageType: 'USE1-AcmeBase-input-tokens',
      source: 'invented for the golden reports',
      date: '2026-08-20',
      confidence: 'A',
      assumption: expect.any(String),
      formula: expect.any(String),
    });
    expect(distillation).toMatchObject({
      monthlyUsd: null,
      oneTimeUsd: null,
      unknown: ['acme.base-v1:0/provisioned/no-commit', 'acme.large-v1:0/input', 'acme.large-v1:0/output'],
      missing: ['distillation.hosting.tokensPerMinutePerModelUnit', 'distillation.hosting.peakToAverageRatio'],
    });
  });

  test('a path that Tokyo does not offer is priced where it is offered, and says so', async () => {
    const { paths } = await estimateJson('--region', 'ap-northeast-1');
    const tuned = paths.find(({ path }) => path === 'fine-tuning');
    expect(tuned).toMatchObject({
      region: 'us-east-1',
      regionReason: { modelId: 'amazon.nova-2-lite-v1:0', why: 'not-customised-there' },
    });
    const answered = paths.find(({ path }) => path === 'prompt-only');
    expect(answered).toMatchObject({ region: 'ap-northeast-1', regionReason: null });
    const { stdout } = await runCli(['estimate', '--region', 'ap-northeast-1']);
    expect(stdout).toContain(
      'fine-tuning (Nova 2 Lite): amazon.nova-2-lite-v1:0 cannot be customised in ap-northeast-1; priced in us-east-1, the nearest where it can.',
    );
  });

  test('a price of more than ninety days is a warning, one of ninety is not', async () => {
    const stale = async (now: string) => {
      const { stdout } = await runCli(['estimate', ...INPUTS], { now });
      return /older than 90 days: (\d+)/.exec(stdout)?.[1];
    };
    // most prices are of 2026-08-20; one is of 2025-01-31
    expect(await stale('2026-11-18T00:00:00Z')).toBe('1');
    expect(Number(await stale('2026-11-19T00:00:00Z'))).toBeGreaterThan(10);
    expect(await stale('2025-04-01T00:00:00Z')).toBeUndefined();
  });

  test('a workload may name the paths and parts that it is about', async () => {
    await withFile(
      JSON.stringify({
        paths: ['rag'],
        parts: ['vector-store'],
        rag: { vectorStore: { kind: 'opensearch-serverless', storedGb: 0 } },
      }),
      async (file) => {
        const { paths } = await estimateJson('--workload', file, '--prices', join(GOLDEN, 'prices.json'));
        // 2 OCU x 730 h x $0.25
        expect(paths).toMatchObject([{ path: 'rag', monthlyUsd: 365, oneTimeUsd: 0, missing: [] }]);
      },
    );
  });

  test('operations that the workload does not describe cost something, marked as assumed in every format', async () => {
    const workload = JSON.stringify({ requestsPerMonth: 1000, paths: ['prompt-only'], parts: ['operations'] });
    await withFile(workload, async (file) => {
      const output = async (format: string) =>
        (await runCli(['estimate', '--workload', file, '--format', format])).stdout;
      const { paths, assumed } = JSON.parse(await output('json')) as EstimateJson & { assumed: { field: string }[] };
      expect(paths[0]?.monthlyUsd).toBeGreaterThan(0);
      expect(assumed).toContainEqual({ field: 'operations.customMetrics', value: 7, paths: ['prompt-only'] });
      expect(await output('table')).toMatch(/The workload does not say, and is assumed to be: .*customMetrics = 7\./);
      expect(await output('csv')).toContain('assumed: the workload does not say operations.customMetrics, 7 is taken');
    });
    await withFile(JSON.stringify({ requestsPerMonth: 1000, paths: ['prompt-only'], operations: {} }), async (file) => {
      expect(await estimateJson('--workload', file)).toMatchObject({ assumed: [] });
    });
  });

  test.each([true, false])(
    'quotas of another Region are refused, also where nothing is looked up: demand %s',
    async (demand) => {
      const quotas = { account: '123456789012', region: 'us-west-2', date: '2026-11-30', quotas: {} };
      const workload = { ...(demand ? { requestsPerMonth: 10 } : {}), paths: ['prompt-only'] };
      await withFile(JSON.stringify(quotas), async (file) => {
        await withFile(JSON.stringify(workload), async (said) => {
          const args = ['estimate', '--workload', said, '--region', 'us-east-1', '--quotas', file];
          const { status, stdout, stderr } = await runCli(args);
          expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
          expect(stderr).toContain(
            "the quotas are those of account 123456789012 in us-west-2, not in us-east-1: write those with 'npx fmpaths doctor --save-quotas quotas-us-east-1.json --region us-east-1'",
          );
        });
      });
    },
  );

  test("the command that a stack prints prices that stack's model and store", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fmpaths-configured-'));
    try {
      cpSync(join(ROOT, 'config'), join(folder, 'config'), { recursive: true });
      const file = join(folder, 'config/environment.json');
      const environment = JSON.parse(readFileSync(file, 'utf8')) as object;
      const rag = { model: 'amazon.nova-micro-v1:0', profileScope: 'us', store: { kind: 's3-vectors' } };
      writeFileSync(file, JSON.stringify({ ...environment, rag }));
      // as test/stacks/prompt-only-stack.test.ts has it
      const printed = ['estimate', '--paths', 'rag', '--region', 'us-east-1'];
      const { status, stdout } = await runCli([...printed, '--format', 'json'], { root: folder });
      const json = JSON.parse(stdout) as EstimateJson & { workload: Workload; configured: string[] };
      expect(status).toBe(0);
      expect(json.paths.map(({ path, modelId, basis }) => [path, modelId, basis])).toEqual([
        ['rag', 'amazon.nova-2-lite-v1:0', 'reference'],
        ['rag', 'amazon.nova-micro-v1:0', 'configured'],
      ]);
      expect(json.workload.rag).toMatchObject({ vectorStore: { kind: 's3-vectors' }, documents: { documents: 358 } });
      expect(json.configured).toContain('rag.vectorStore');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('where a Region tunes no model the tuned paths are priced in another, and what is unknown is a price with its command', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fmpaths-configured-'));
    try {
      cpSync(join(ROOT, 'config'), join(folder, 'config'), { recursive: true });
      const file = join(folder, 'config/environment.json');
      const environment = JSON.parse(readFileSync(file, 'utf8')) as { promptOnly: object };
      const promptOnly = { ...environment.promptOnly, profileScope: 'eu', maxTokens: 20 };
      writeFileSync(file, JSON.stringify({ ...environment, region: 'eu-central-1', promptOnly }));
      const args = ['estimate', '--paths', 'prompt-only,fine-tuning,distillation'];
      const { status, stdout } = await runCli(args, { root: folder });
      expect(status).toBe(0);
      expect(stdout).not.toContain('does not say fineTuning.hosting');
      expect(stdout).toContain('fineTuning.hosting.kind = on-demand, distillation.hosting.kind = on-demand');
      expect(stdout).toMatch(
        /no price in eu-central-1 for lambda\/request.* 'npx fmpaths prices refresh' may find them/,
      );
      const json = JSON.parse((await runCli([...args, '--format', 'json'], { root: folder })).stdout) as EstimateJson;
      const tuned = json.paths.filter(({ path }) => path !== 'prompt-only');
      expect(tuned.length).toBeGreaterThan(1);
      for (const { region, monthlyUsd, missing } of tuned) {
        expect([region, typeof monthlyUsd, missing]).toEqual(['us-east-1', 'number', []]);
      }
      // reference answers of 38.9 tokens: the function of prompt-only cuts them, and no stack gives the others
      expect(json.paths.map(({ path, basis, cutAnswer }) => [path, basis, cutAnswer])).toEqual(
        json.paths.map(({ path, basis }) => [
          path,
          basis,
          path === 'prompt-only' && /^(?:reference|text-in-prompt)$/.test(basis)
            ? { answerTokens: 38.9, maxTokens: 20 }
            : null,
        ]),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a workload of volume and text is priced from what is configured, and says what is from there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fmpaths-configured-'));
    try {
      cpSync(join(ROOT, 'config'), join(folder, 'config'), { recursive: true });
      const file = join(folder, 'config/environment.json');
      const workload = join(folder, 'workload.json');
      writeFileSync(
        workload,
        JSON.stringify({
          requestsPerMonth: 1e6,
          paths: ['prompt-only'],
          parts: ['inference'],
          request: { question: { tokens: 1000 }, answer: { tokens: 100 } },
        }),
      );
      const json = async (...args: string[]) => {
        const { stdout, stderr } = await runCli(['estimate', '--workload', workload, '--format', 'json', ...args], {
          root: folder,
        });
        return { ...(JSON.parse(stdout) as EstimateJson & { configured: string[]; regionFrom: string }), stderr };
      };
      const environment = JSON.parse(readFileSync(file, 'utf8')) as { promptOnly: object };
      const promptOnly = { ...environment.promptOnly, model: 'amazon.nova-micro-v1:0' };
      writeFileSync(file, JSON.stringify({ ...environment, region: 'us-west-2', promptOnly }));
      // 1,000M tokens x $0.035 and 100M x $0.14 a million
      expect(await json()).toMatchObject({
        region: 'us-west-2',
        regionFrom: 'configuration',
        configured: ['inference.modelId', 'inference.profileScope'],
        paths: [{ modelId: 'amazon.nova-micro-v1:0', monthlyUsd: expect.closeTo(49, 8) }],
      });
      expect(await json('--region', 'us-east-1')).toMatchObject({ region: 'us-east-1', regionFrom: 'option' });

      rmSync(file);
      const none =
        'fmpaths: no model answers on the path prompt-only: name it as inference.modelId in the workload, or as promptOnly.model in config/environment.json\n';
      const asked = async (...args: string[]) => await runCli([...args, '--workload', workload], { root: folder });
      for (const command of ['estimate', 'levers', 'recommend']) {
        expect(await asked(command)).toEqual({ status: 2, stdout: '', stderr: none });
      }
      writeFileSync(file, '{"region": 5}');
      const broken = await asked('estimate');
      expect(broken.status).toBe(2);
      expect(broken.stderr).toContain('warning: nothing is taken from config/environment.json: ');
      expect(broken.stderr.endsWith(none)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('what a model thinks is unknown in every command where nobody says it', async () => {
  const workload = {
    requestsPerMonth: 10_000,
    inference: { modelId: 'anthropic.claude-haiku-5-5', profileScope: 'us' },
    request: { question: { tokens: 100 }, answer: { tokens: 50 } },
  };
  await withFile(JSON.stringify(workload), async (file) => {
    const json = async <T>(...args: string[]): Promise<T> =>
      JSON.parse((await runCli([...args, '--workload', file, '--format', 'json'])).stdout) as T;
    const { fits } = await json<{ fits: { path: string; monthly: { usd: number | null } }[] }>('recommend');
    expect(fits.find(({ path }) => path === 'prompt-only')?.monthly.usd).toBeNull();
    const { paths } = await json<{ paths: { monthlyUsd: number | null }[] }>('levers', '--path', 'prompt-only');
    expect(paths.map(({ monthlyUsd }) => monthlyUsd)).toEqual([null]);
    const between = ['--between', 'prompt-only,fine-tuning', '--over', 'requestsPerMonth'];
    const { answer, missing } = await json<{ answer: string | null; missing: string[] }>('breakeven', ...between);
    expect([answer, missing]).toEqual([null, expect.arrayContaining(['request.thinkingTokens'])]);
  });
});

test('CSV tells the rows of one path apart by model and prompt', async () => {
  const [header = '', ...lines] = (await runCli(['estimate', '--format', 'csv'])).stdout.trim().split('\n');
  expect(header.split(',').slice(-4)).toEqual(['modelId', 'profileScope', 'basis', 'withExamples']);
  const rows = new Set(lines.map((line) => [line.split(',')[0], ...line.split(',').slice(-4)].join(' ')));
  expect([...rows]).toEqual([
    'prompt-only amazon.nova-2-lite-v1:0 us reference true',
    'prompt-only amazon.nova-2-lite-v1:0 us text-in-prompt true',
    'rag amazon.nova-2-lite-v1:0 us reference true',
    'rag amazon.nova-2-lite-v1:0 us cheaper-store true',
    'fine-tuning amazon.nova-2-lite-v1:0  reference true',
    'fine-tuning amazon.nova-2-lite-v1:0  reference false',
    'continued-pretraining   own-weights true',
    'distillation amazon.nova-lite-v1:0  nearest true',
    'distillation amazon.nova-lite-v1:0  nearest false',
    'prompt-only amazon.nova-lite-v1:0 us untuned true',
  ]);
});

describe('what cannot be acted on ends with status 2 and says what to do', () => {
  const refused = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await runCli(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    return stderr;
  };

  test.each([
    [['estimate', '--format', 'xml'], "'--format' must be one of table, json, csv, markdown, got 'xml'"],
    [['estimate', '--lang', 'fr'], "'--lang' must be one of en, ja, zh, got 'fr'"],
    [
      ['estimate', '--region', 'eu-west-9'],
      "no prices of Region 'eu-west-9'; there are prices of ap-northeast-1, eu-central-1, eu-west-1, us-east-1, us-west-2. 'npx fmpaths prices refresh --region us-east-2' fetches those of one more: us-east-1, us-east-2,",
    ],
    [['estimate', '--region', 'eu-west-2'], "Fetch them with 'npx fmpaths prices refresh --region eu-west-2'"],
    [['run', 'prompting', '--dataset', 'x'], 'the path must be one of prompt-only, rag,'],
    [
      ['run', 'rag', '--dataset', 'x', '--max-usd', '1e309'],
      "'--max-usd' must be a number above 0, or none, got '1e309'",
    ],
    [['run', 'rag', '--dataset', '.'], "cannot read '.': it is a folder, not a file"],
    [['prices', 'diff', '--from', '.'], "cannot read '.': it is a folder, not a file"],
    [['estimate', '--workload', '/nowhere/w.json'], "cannot read '/nowhere/w.json'"],
    [['estimate', '--prices', join(GOLDEN, 'workload.json')], 'is not a valid price book'],
    [['estimate', ...INPUTS, '--region', 'us-west-2'], "'--region' is 'us-west-2', but"],
    [['estimate', '--explian'], '--explian'],
    [
      ['levers', '--workload', join(GOLDEN, 'workload.json')],
      "'acme.base-v1:0', the model of the path prompt-only, is not in config/models.json",
    ],
    [['estimate', '--paths', 'rga'], "each of '--paths' must be one of prompt-only, rag, "],
    [['estimate', '--paths', ','], "'--paths' must name at least one, got ','"],
    [
      ['breakeven', '--over', 'requestsPerMonth'],
      "'--between' is missing: two paths, such as '--between prompt-only,rag'",
    ],
    [['breakeven', '--between', 'rag,rag', '--over', 'requestsPerMonth'], "got 'rag,rag'"],
    [['breakeven', '--between', 'rag,prompt-only'], "'--over' is missing"],
    [
      ['breakeven', '--between', 'rag,prompt-only', '--over', 'requestPerMonth'],
      'requestPerMonth: unknown key; did you mean requestsPerMonth?',
    ],
    [
      ['breakeven', '--between', 'rag,prompt-only', '--over', 'requestsPerMonth', '--to', 'many'],
      "'--to' must be a number of at least 0, got 'many'",
    ],
    [
      ['breakeven', '--between', 'rag,prompt-only', '--over', 'inference.batchShare', '--to', '2'],
      'inference.batchShare: must be at most 1, got 2',
    ],
    [
      ['breakeven', '--between', 'rag,prompt-only', '--over', 'rag.retrieval.structuredQueriesPerMonth'],
      "says nothing of 'rag.retrieval.structuredQueriesPerMonth'",
    ],
    [
      ['levers', '--path', 'ragtime'],
      "'--path' must be one of prompt-only, rag, fine-tuning, continued-pretraining, distillation, got 'ragtime'",
    ],
    [
      ['recommend', '--scenario', 'poetry'],
      "'--scenario' must be one of customer-service, internal-docs-qa, legal-finance-summaries, mobile-low-latency, got 'poetry'",
    ],
    [
      ['recommend', '--scenario', 'customer-service', '--workload', 'x'],
      "'--scenario' and '--workload' exclude each other",
    ],
  ])('%p', async (args, message) => {
    expect(await refused(...args)).toContain(message);
  });

  test('a broken file names the place in it', async () => {
    await withFile('{"requestsPerMonth": }', async (file) => {
      expect(await refused('estimate', '--workload', file)).toContain(`'${file}' is not JSON`);
    });
    await withFile('{"rag": {"chunking": {"tokensPerChunk": 10, "overlapTokens": 10}}}', async (file) => {
      expect(await refused('estimate', '--workload', file)).toContain(
        `${file} is not a valid workload:\n  rag.chunking.overlapTokens: must be smaller than tokensPerChunk, got 10`,
      );
    });
  });

  test('a number or a price that stands twice is not silently the last of the two', async () => {
    await withFile('{"requestsPerMonth": 1, "requestsPerMonth": 2}', async (file) => {
      expect(await refused('estimate', '--workload', file)).toContain(
        `'${file}' has the key "requestsPerMonth" twice in one object: keep one of them`,
      );
    });
    await withFile('{"region": "us-east-1", "prices": {"a.b/input": {}, "a.b/input": {}}}', async (file) => {
      expect(await refused('estimate', '--prices', file)).toContain(`'${file}' has the key "a.b/input" twice`);
      expect(await refused('prices', 'diff', '--from', file)).toContain(`'${file}' has the key "a.b/input" twice`);
    });
  });

  test('a free allowance of a price that there is not is no allowance of nothing', async () => {
    await withFile('{"freeTier": {"lambda/reqest": 1000000}}', async (file) => {
      expect(await refused('estimate', '--workload', file)).toContain(
        'freeTier.lambda/reqest: no such price in the book of us-east-1; did you mean lambda/request?',
      );
    });
  });

  test('a prefix shorter than the model caches is paid for as plain input, and the report says so', async () => {
    const inference = {
      modelId: 'amazon.nova-pro-v1:0',
      inputTokensPerRequest: 3000,
      outputTokensPerRequest: 0,
      cachedPrefixTokensPerRequest: 1023,
      cacheHitShare: 1,
    };
    const workload = JSON.stringify({ requestsPerMonth: 1000, paths: ['prompt-only'], operations: {}, inference });
    await withFile(workload, async (file) => {
      const { stdout } = await runCli(['estimate', '--workload', file, '--format', 'json']);
      const { paths } = JSON.parse(stdout) as {
        paths: { notes: string[]; lines: { name: string; quantity: number }[] }[];
      };
      // Nova Pro caches from 1,024 tokens on: 1,000 x 3,000 tokens are all input
      expect(paths.map(({ notes }) => notes)).toEqual([['prefix-too-short']]);
      expect(paths[0]?.lines.map(({ name, quantity }) => [name, quantity])).toEqual([['Input tokens', 3]]);
    });
  });

  test('a prefix is cached as often as the traffic lets it, and the report says how often', async () => {
    const inference = {
      modelId: 'amazon.nova-pro-v1:0',
      inputTokensPerRequest: 3000,
      outputTokensPerRequest: 0,
      cachedPrefixTokensPerRequest: 2000,
    };
    // 8 hours of 22 days have 10,560 minutes: one request a minute
    const workload = JSON.stringify({ requestsPerMonth: 10_560, paths: ['prompt-only'], inference });
    await withFile(workload, async (file) => {
      const { stdout } = await runCli(['estimate', '--workload', file, '--format', 'json']);
      const { comparison } = JSON.parse(stdout) as { comparison: { rows: { cacheHits: unknown }[] } };
      // 1 - e^(-1 x 5)
      expect(comparison.rows[0]?.cacheHits).toEqual({
        share: expect.closeTo(0.993262, 6),
        callsPerMinute: 1,
        lifetimeMinutes: 5,
      });
    });
  });

  test('a file that begins with a byte order mark is read', async () => {
    await withFile('\uFEFF{"requestsPerMonth": 7}', async (file) => {
      const { status, stdout } = await runCli(['estimate', '--workload', file, '--format', 'json']);
      expect({ status, requests: (JSON.parse(stdout) as { requestsPerMonth: number }).requestsPerMonth }).toEqual({
        status: 0,
        requests: 7,
      });
    });
  });
});

describe('breakeven', () => {
  const answer = async (...args: string[]) =>
    JSON.parse((await runCli(['breakeven', '--format', 'json', ...INPUTS, ...args])).stdout) as {
      answer: string;
      from: number;
      crossings: { at: number; monthlyUsd: [number, number] }[];
    };

  test('finds the volume at which a store pays for shorter prompts', async () => {
    const { answer: verdict, crossings } = await answer('--between', 'rag,prompt-only', '--over', 'requestsPerMonth');
    expect(verdict).toBe('crossings');
    expect(crossings).toHaveLength(1);
    const [one = NaN, other = NaN] = crossings[0]?.monthlyUsd ?? [];
    expect(one / other).toBeCloseTo(1, 12);
  });

  test('names the Region of both paths, also where they are priced in two', async () => {
    const over = ['--between', 'fine-tuning,prompt-only', '--over', 'requestsPerMonth'];
    const { stdout } = await runCli(['breakeven', ...over, '--region', 'ap-northeast-1']);
    expect(stdout.split('\n')[0]).toMatch(/fine-tuning \(.*, tuned, us-east-1\) .* prompt-only \(.*, ap-northeast-1\)/);
  });

  test('a number that cannot be nothing starts above nothing', async () => {
    const { from } = await answer(
      '--between',
      'fine-tuning,prompt-only',
      '--over',
      'fineTuning.epochs',
      '--months',
      '12',
    );
    expect(from).toBe(2 / 1000);
  });
});

describe('recommend', () => {
  const SCENARIOS = readdirSync(join(ROOT, 'config/scenarios')).map((file) => file.replace('.json', ''));

  test.each(SCENARIOS)('%s: rule, numbers and their agreement, in every language', async (scenario) => {
    for (const [lang, sentence] of [
      ['en', /The numbers (?:agree|disagree|cannot say)/],
      ['ja', /数値/],
      ['zh', /数字/],
    ] as const) {
      const { status, stdout } = await runCli(['recommend', '--scenario', scenario, '--lang', lang]);
      expect(status).toBe(0);
      expect(stdout).toMatch(sentence);
      expect(stdout).not.toMatch(/\{\w+\}|undefined|NaN/);
    }
  });

  test('what is paid once stands beside the figures, and the model as it is beside the tuned one', async () => {
    const onDemand = { kind: 'on-demand' };
    const trained = JSON.stringify({
      requestsPerMonth: 20_000,
      needs: { strictFormat: true, labelledExamples: 500 },
      operations: {},
      inference: { modelId: 'amazon.nova-2-lite-v1:0', inputTokensPerRequest: 6_000, outputTokensPerRequest: 80 },
      fineTuning: {
        baseModelId: 'amazon.nova-2-lite-v1:0',
        inference: { inputTokensPerRequest: 100 },
        trainingTokensPerEpoch: 300e6,
        epochs: 1,
        hosting: onDemand,
      },
      distillation: {
        teacherModelId: 'amazon.nova-pro-v1:0',
        studentModelId: 'amazon.nova-lite-v1:0',
        prompts: 100,
        tokensPerPrompt: 10,
        tokensPerTeacherAnswer: 10,
        epochs: 1,
        hosting: onDemand,
      },
    });
    const shown = async (...format: readonly string[]): Promise<string> =>
      await withFile(trained, async (file) => (await runCli(['recommend', '--workload', file, ...format])).stdout);
    const stdout = await shown();
    expect(stdout).toMatch(
      /The numbers agree: fine-tuning .*Paid once, and in no monthly figure: fine-tuning \$[\d,.]+/,
    );
    expect(stdout).toMatch(
      /With what is paid once, the ranking is another: distillation \(Nova Lite, tuned\) is the cheapest/,
    );
    // the same tokens at the same price, without storage of a model
    expect(stdout).toMatch(/^prompt-only \(Nova Lite, us\), untuned +\$/m);
    expect(stdout).toMatch(/Without training: prompt-only \(Nova Lite, us\) costs \$[\d.]+ a month, distillation/);
    const rows = (await shown('--format', 'csv')).trim().split(/\r?\n/);
    expect(rows.at(-1)).toMatch(/^prompt-only,false,.*,amazon\.nova-lite-v1:0,us,us-east-1,.*,distillation$/);
  });

  test.each([
    ['en', 'private documents, citations, documents that change'],
    ['ja', '社内文書、引用、文書の更新'],
    ['zh', '私有文档、引用、文档更新'],
  ])('what a path does not meet is listed as %s lists things', async (lang, needs) => {
    const { stdout } = await runCli(['recommend', '--scenario', 'internal-docs-qa', '--lang', lang]);
    expect(stdout).toContain(needs);
  });

  test.each([
    ['internal-docs-qa', 'rag', []],
    ['customer-service', 'prompt-only', ['throughput-at-peak', 'small-fine-tuning']],
    ['legal-finance-summaries', 'rag', ['batch', 'small-fine-tuning']],
    ['mobile-low-latency', 'distillation', ['smaller-than-distilled']],
  ])('%s leads to %s, as the rule of thumb has it', async (scenario, rule, advice) => {
    const { stdout } = await runCli(['recommend', '--scenario', scenario, '--format', 'json']);
    const json = JSON.parse(stdout) as {
      rule: string;
      checks: { advice: string; verdict: string; unknownPriceIds: string[] }[];
    };
    expect(json.rule).toBe(rule);
    expect(json.checks.map((check) => check.advice)).toEqual(expect.arrayContaining(advice));
    // what a price is missing for is told; nothing else is unknown
    for (const { verdict, unknownPriceIds } of json.checks)
      expect(verdict === 'unknown').toBe(unknownPriceIds.length > 0);
  });
});

test('levers are ranked for every path of the default workload', async () => {
  const { status, stdout } = await runCli(['levers', '--format', 'json']);
  expect(status).toBe(0);
  const { paths } = JSON.parse(stdout) as {
    paths: { levers: { monthlyUsd: number | null }[]; sensitivities: object[] }[];
  };
  expect(paths).toHaveLength(PATHS.length);
  for (const { levers, sensitivities } of paths) {
    const known = levers.flatMap(({ monthlyUsd }) => (monthlyUsd === null ? [] : [monthlyUsd]));
    expect(known).toEqual([...known].sort((one, other) => one - other));
    expect(known.length).toBeGreaterThan(0);
    expect(sensitivities.length).toBeGreaterThan(0);
  }
});

test.each(['estimate', 'breakeven', 'levers', 'recommend'])('%s explains itself', async (name) => {
  const { status, stdout } = await runCli([name, '--help']);
  expect(status).toBe(0);
  expect(stdout).toContain(`Usage: fmpaths ${name}`);
});

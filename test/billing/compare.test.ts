import { expect, test } from '@jest/globals';

import type { Bill, BilledRow } from '../../lib/billing/bill.ts';
import { compare, type Comparison, type Metered } from '../../lib/billing/compare.ts';
import type { Estimated } from '../../lib/billing/estimated.ts';
import { readingOf } from '../support/read-bill.ts';

/** 30 days x 24 h = 720 h, so a month of 720 h is the whole window. */
const WINDOW = { from: '2026-09-01', until: '2026-09-30' };

function row(over: Partial<BilledRow>): BilledRow {
  return {
    path: 'rag',
    component: 'inference',
    componentFrom: 'tag',
    day: WINDOW.from,
    service: 'AmazonBedrock',
    usageType: 'USE1-NovaLite-input-tokens',
    usd: 1,
    quantity: 1000,
    unit: '1K tokens',
    attribution: 'tag',
    inferredFrom: null,
    foreignTagValue: null,
    ...over,
  };
}

function bill(rows: readonly BilledRow[], over: Partial<Bill> = {}): Bill {
  return {
    source: 'cur',
    simulated: false,
    ...WINDOW,
    currency: 'USD',
    metric: 'UnblendedCost',
    deployed: { paths: ['rag'], saidBy: 'caller' },
    rows,
    read: readingOf(rows),
    excluded: [],
    otherCurrencies: [],
    completeness: { completeUntil: WINDOW.until, settlingDays: [], estimatedDays: [], emptyDays: [] },
    tagSpellings: [{ role: 'path', column: 'resource_tags', key: 'user_customization_path' }],
    secondAttributions: [],
    queryUsd: 0,
    notes: [],
    ...over,
  };
}

const INPUT_LINE = {
  component: 'inference',
  kind: 'usage',
  name: 'Input tokens',
  quantity: 10,
  unit: '1M tokens',
  usd: 5,
  priceId: 'm/input',
  usageType: null,
} as const;

function estimated(lines: Estimated['paths'][number]['lines']): Estimated {
  return { requestsPerMonth: 10_000, hoursPerMonth: 720, paths: [{ path: 'rag', lines }] };
}

function metered(over: Partial<Metered['rows'][number]> = {}): Metered {
  return {
    source: 'cloudwatch',
    ...WINDOW,
    rows: [
      {
        path: 'rag',
        component: 'inference',
        day: '2026-09-02',
        requests: 20_000,
        inputTokens: 20e6,
        outputTokens: 0,
        cacheReadInputTokens: 0,
        cacheWriteInputTokens: 0,
        usd: 12,
        ...over,
      },
    ],
  };
}

const cell = (comparison: Comparison, component: string | null) =>
  comparison.cells.find((each) => each.component === component);

test('the variance is more tokens at the estimated price plus a dearer token at the billed number', () => {
  // estimated 10M tokens at $0.50/M = $5; billed 20,000 x 1K = 20M tokens for $12
  // volume (20 - 10) x 0.5 = $5; price 12 - 20 x 0.5 = $2; together 7 = 12 - 5
  const result = compare({
    estimated: estimated([INPUT_LINE]),
    metered: null,
    bill: bill([row({ quantity: 20_000, usd: 12 })]),
  });
  expect(cell(result, 'inference')?.variance).toEqual({
    against: 'billed',
    usd: 7,
    volumeUsd: 5,
    priceUsd: 2,
    unexplainedUsd: 0,
    reasons: [],
  });
});

test('inferred money stays in its own column and counts in the variance of the bill', () => {
  const result = compare({
    estimated: estimated([INPUT_LINE]),
    metered: null,
    bill: bill([row({ quantity: 10_000, usd: 5 }), row({ quantity: 2_000, usd: 1, attribution: 'inferred' })]),
  });
  expect(cell(result, 'inference')).toMatchObject({ taggedUsd: 5, inferredUsd: 1, variance: { usd: 1, volumeUsd: 1 } });
});

test('what is billed and not estimated is unexplained, and so is what may be in the untagged remainder', () => {
  const ocu = {
    ...INPUT_LINE,
    component: 'data',
    quantity: 720,
    unit: 'OCU-hour',
    usd: 172.8,
    priceId: 'aoss/ocu',
  } as const;
  const result = compare({
    estimated: estimated([ocu]),
    metered: null,
    bill: bill([
      row({ usd: 4 }),
      row({
        path: null,
        attribution: 'none',
        component: 'data',
        service: 'AmazonES',
        usageType: 'SearchOCU',
        usd: 172.8,
      }),
    ]),
  });
  expect(cell(result, 'inference')?.variance).toMatchObject({
    usd: 4,
    unexplainedUsd: 4,
    reasons: [{ code: 'billed-not-estimated', values: { family: 'input tokens' } }],
  });
  expect(cell(result, 'data')?.variance).toMatchObject({
    usd: -172.8,
    unexplainedUsd: -172.8,
    reasons: [{ code: 'estimated-in-remainder', values: { family: 'OCU hours' } }],
  });
  expect(result.remainder).toEqual([{ component: 'data', usd: 172.8 }]);
});

test('an unknown estimated price makes cell and total unknown, never zero', () => {
  const result = compare({
    estimated: estimated([INPUT_LINE, { ...INPUT_LINE, priceId: 'm/output', usd: null }]),
    metered: null,
    bill: bill([row({})]),
  });
  expect(cell(result, 'inference')).toMatchObject({ estimatedUsd: null, variance: null, taggedUsd: 1 });
  expect(cell(result, 'total')).toMatchObject({ estimatedUsd: null, variance: null, taggedUsd: 1 });
});

test('where no row carries the tag, what is billed to a path is unknown', () => {
  const result = compare({
    estimated: estimated([INPUT_LINE]),
    metered: null,
    bill: bill([row({ path: null, attribution: 'none' })], { tagSpellings: [] }),
  });
  expect(cell(result, 'inference')).toMatchObject({ taggedUsd: null, variance: null });
});

test('only the days that the bill, the tag and the meters cover are compared', () => {
  const counted = metered().rows[0];
  const result = compare({
    estimated: estimated([INPUT_LINE]),
    metered: {
      ...metered(),
      until: '2026-09-20',
      rows: [
        { ...counted, day: '2026-09-01' },
        { ...counted, day: '2026-09-05' },
      ] as Metered['rows'],
    },
    bill: bill([row({ day: '2026-09-05' }), row({ day: '2026-09-29', usd: 100 })], {
      completeness: { completeUntil: '2026-09-27', settlingDays: ['2026-09-28'], estimatedDays: [], emptyDays: [] },
    }),
  });
  expect(result.window).toEqual({ from: '2026-09-05', until: '2026-09-20' });
  expect(result.windowReasons.map(({ code }) => code)).toEqual(['until-settled', 'from-first-tag', 'until-metering']);
  expect(cell(result, 'total')).toMatchObject({ taggedUsd: 1, meteredUsd: 12 });
});

test('a bill whose every day is younger than 72 hours is shown and not compared', () => {
  const result = compare({
    estimated: estimated([INPUT_LINE]),
    metered: null,
    bill: bill([row({})], {
      completeness: { completeUntil: null, settlingDays: ['2026-09-02'], estimatedDays: [], emptyDays: [] },
    }),
  });
  expect(result.window).toBeNull();
  expect(cell(result, 'inference')).toMatchObject({ taggedUsd: 1, estimatedUsd: null, variance: null });
});

test('without a bill the meters are set against the estimate', () => {
  // estimated $5 for 10M tokens; 20M metered for $12: volume $5, price $2
  const result = compare({ estimated: estimated([INPUT_LINE]), metered: metered(), bill: null });
  expect(cell(result, 'inference')).toMatchObject({
    meteredUsd: 12,
    taggedUsd: null,
    variance: { against: 'metered', usd: 7, volumeUsd: 5, priceUsd: 2, unexplainedUsd: 0 },
    // $12 / 20,000 requests x 1,000; estimated $5 / 10,000 x 1,000
    usdPer1kRequests: { estimated: 0.5, metered: 0.6 },
  });
});

test('a training estimate counts only in days in which training was billed', () => {
  const training = { ...INPUT_LINE, component: 'training', kind: 'one-time', priceId: 'm/training', usd: 8 } as const;
  const without = compare({ estimated: estimated([training]), metered: null, bill: bill([row({})]) });
  expect(cell(without, 'training')).toBeUndefined();
  expect(without.notes).toContainEqual({ code: 'one-time-left-out', values: { path: 'rag', components: 'training' } });

  const billed = row({
    component: 'training',
    usageType: 'USE1-NovaMicro-Customization-Training',
    quantity: 10_000,
    usd: 8,
  });
  const withIt = compare({ estimated: estimated([training]), metered: null, bill: bill([billed]) });
  expect(cell(withIt, 'training')).toMatchObject({ estimatedUsd: 8, taggedUsd: 8, variance: { usd: 0 } });
});

test('storing the model is no sign that it was trained in these days', () => {
  // month 2: $1.95 is billed for the model that was trained for $9,072 in month 1
  const training = {
    ...INPUT_LINE,
    component: 'training',
    kind: 'one-time',
    priceId: 'm.a/training',
    usd: 9072,
  } as const;
  const stored = {
    ...training,
    kind: 'fixed',
    quantity: 1,
    unit: 'model-month',
    priceId: 'm.a/storage',
    usd: 1.95,
  } as const;
  const result = compare({
    estimated: estimated([training, stored]),
    metered: null,
    bill: bill([
      row({
        component: 'training',
        usageType: 'USE1-NovaMicro-Customization-Storage',
        quantity: 1,
        unit: 'model-month',
        usd: 1.95,
      }),
    ]),
  });
  expect(cell(result, 'training')).toMatchObject({
    estimatedUsd: 1.95,
    taggedUsd: 1.95,
    variance: { usd: 0, reasons: [] },
  });
  expect(result.notes).toContainEqual({ code: 'one-time-left-out', values: { path: 'rag', components: 'training' } });
});

test('without a bill nothing that is paid once is estimated', () => {
  // 7 of 30 days of $1.20 for 10,000 requests a month; the $920 of training were paid once
  const training = { ...INPUT_LINE, component: 'training', kind: 'one-time', priceId: 'm/training', usd: 920 } as const;
  const result = compare({
    estimated: estimated([{ ...INPUT_LINE, usd: 1.2 }, training]),
    metered: { ...metered(), until: '2026-09-07' },
    bill: null,
  });
  expect(cell(result, 'total')?.estimatedUsd).toBeCloseTo(0.28, 12); // 1.2 x 7 / 30
  expect(cell(result, 'total')?.usdPer1kRequests.estimated).toBeCloseTo(0.12, 12); // 1.2 / 10
  expect(result.notes).toContainEqual({ code: 'one-time-left-out', values: { path: 'rag', components: 'training' } });
});

test.each([
  // queries embedded every month for $2, the documents once for $10: more than 2 + 10 / 2 is billed where they were loaded
  ['the first month', 12.5, 12, 0.5],
  ['a steady month', 2.5, 2, 0.5],
])(
  'what is embedded once is estimated where more was billed than every month: %s',
  (_, billedUsd, usd, varianceUsd) => {
    const queries = { ...INPUT_LINE, component: 'data', priceId: 'e/embedding', quantity: 20, usd: 2 } as const;
    const result = compare({
      estimated: estimated([queries, { ...queries, kind: 'one-time', quantity: 100, usd: 10 }]),
      metered: null,
      bill: bill([
        row({
          component: 'data',
          usageType: 'USE1-TitanEmbeddingV2-Text-input-tokens',
          quantity: billedUsd * 1e4,
          usd: billedUsd,
        }),
      ]),
    });
    expect(cell(result, 'data')).toMatchObject({ estimatedUsd: usd, variance: { usd: varianceUsd, priceUsd: 0 } });
  },
);

const TEACHER = {
  ...INPUT_LINE,
  component: 'training',
  kind: 'one-time',
  quantity: 2,
  usd: 5,
  priceId: 'amazon.nova-premier-v1:0/input',
  usageType: 'USE1-NovaPremier-input-tokens',
} as const;
const STUDENT = {
  ...INPUT_LINE,
  quantity: 10,
  usd: 0.6,
  priceId: 'amazon.nova-lite-v1:0/custom-input',
  usageType: 'USE1-NovaLite-input-tokens-custom-model',
} as const;
const STUDENT_BILLED = { usageType: 'USE1-NovaLite-input-tokens-custom-model', quantity: 10_000, usd: 0.6 } as const;

test('tokens of the student are no sign that the teacher was asked', () => {
  const result = compare({
    estimated: estimated([TEACHER, STUDENT]),
    metered: null,
    bill: bill([row(STUDENT_BILLED)]),
  });
  expect(cell(result, 'training')).toBeUndefined();
  expect(cell(result, 'total')).toMatchObject({ estimatedUsd: 0.6, variance: { usd: 0 } });
});

test('tokens of a teacher billed as estimated leave no difference: they are compared where the bill has them', () => {
  // teacher 2M x $2.50 = $5, in training of the estimate; student 10M x $0.06 = $0.60; a bill has tokens in inference only
  const inputs = { estimated: estimated([TEACHER, STUDENT]), metered: null };
  const asked = { usageType: 'USE1-NovaPremier-input-tokens', quantity: 2_000, usd: 5 } as const;
  const result = compare({ ...inputs, bill: bill([row(asked), row(STUDENT_BILLED)]) });
  expect(cell(result, 'training')).toBeUndefined();
  expect(cell(result, 'inference')).toMatchObject({
    estimatedUsd: 5.6,
    taggedUsd: 5.6,
    variance: { usd: 0, volumeUsd: 0, priceUsd: 0, unexplainedUsd: 0, reasons: [] },
  });
  expect(result.notes).toEqual([
    { code: 'compared-as-billed', values: { path: 'rag', lines: 'Input tokens', components: 'inference' } },
  ]);
  // a profile of its own, tagged, keeps them in training
  const tagged = compare({ ...inputs, bill: bill([row({ ...asked, component: 'training' }), row(STUDENT_BILLED)]) });
  expect(cell(tagged, 'training')).toMatchObject({ estimatedUsd: 5, variance: { usd: 0 } });
  expect(cell(tagged, 'inference')).toMatchObject({ estimatedUsd: 0.6, variance: { usd: 0 } });
  expect(tagged.notes).toEqual([]);
});

test.each([
  ['operations', 'judge', 'a.judge/output', '1M tokens', 'USE1-NovaPro-output-tokens', '1K tokens', 1000],
  ['data', 'parser', 'a.parser/input', '1M tokens', 'USE1-NovaPro-input-tokens', '1K tokens', 1000],
  [
    'training',
    'trial',
    'a/provisioned/no-commit',
    'model-unit-hour',
    'USE1-NovaPro-ProvisionedThroughput-NoCommit-ModelUnits',
    'Hours',
    1,
  ],
] as const)(
  'in %s of the estimate, the %s is compared in inference',
  (component, name, priceId, unit, usageType, billedUnit, pieces) => {
    const result = compare({
      estimated: estimated([{ ...INPUT_LINE, component, kind: 'fixed', name, priceId, unit, quantity: 3, usd: 6 }]),
      metered: null,
      bill: bill([row({ usageType, quantity: 3 * pieces, unit: billedUnit, usd: 6 })]),
    });
    expect(result.cells.map((each) => [each.component, each.variance?.usd, each.variance?.volumeUsd])).toEqual([
      ['inference', 0, 0],
      ['total', 0, 0],
    ]);
  },
);

test('stored logs are no storage of S3, although both are billed under one usage type', () => {
  const logs = { ...INPUT_LINE, kind: 'usage', unit: 'GB-month', usageType: 'USE1-TimedStorage-ByteHrs' } as const;
  const result = compare({
    estimated: estimated([{ ...logs, component: 'operations', priceId: 'logs/archive' }]),
    metered: null,
    bill: bill([
      row({ component: 'data', service: 'AmazonS3', usageType: 'USE1-TimedStorage-ByteHrs', unit: 'GB-Mo' }),
    ]),
  });
  expect(cell(result, 'operations')?.estimatedUsd).toBe(5);
});

test('models of one family are compared each at its own price where estimate and bill have the same', () => {
  // the student alone had twice its 10M tokens: + 10 x $0.06 = $0.60 of volume, and no price has changed
  const teacher = { ...TEACHER, component: 'inference', kind: 'usage' } as const;
  const asked = row({ usageType: 'USE1-NovaPremier-input-tokens', quantity: 2_000, usd: 5 });
  const twice = row({ ...STUDENT_BILLED, quantity: 20_000, usd: 1.2 });
  const inputs = { estimated: estimated([teacher, STUDENT]), metered: null };
  expect(cell(compare({ ...inputs, bill: bill([asked, twice]) }), 'inference')?.variance).toMatchObject({
    usd: 0.6,
    volumeUsd: 0.6,
    priceUsd: 0,
  });
  // a model that is not estimated: only the family can be compared, 12M tokens for $5.60 and then 14M for $5.70
  // volume 2M x $5.60 / 12M = $0.9333; price $5.70 - 14M x $5.60 / 12M = -$0.8333
  const other = row({ usageType: 'USE1-NovaMicro-input-tokens', quantity: 2_000, usd: 0.1 });
  const mixed = compare({ ...inputs, bill: bill([asked, row(STUDENT_BILLED), other]) });
  expect(cell(mixed, 'inference')?.variance).toMatchObject({
    usd: expect.closeTo(0.1, 9),
    volumeUsd: expect.closeTo(0.9333, 4),
    priceUsd: expect.closeTo(-0.8333, 4),
  });
});

test('SageMaker hours billed as estimated leave no difference', () => {
  // 100 h x $13.12 = $1,312, on both sides
  const hours = {
    ...INPUT_LINE,
    component: 'training',
    kind: 'one-time',
    quantity: 100,
    unit: 'instance-hour',
    usd: 1312,
    priceId: 'sagemaker/ml.g6e.12xlarge/training',
    usageType: 'USE1-Train:ml.g6e.12xlarge',
  } as const;
  const billed = {
    component: 'training',
    service: 'AmazonSageMaker',
    usageType: 'USE1-Train:ml.g6e.12xlarge',
  } as const;
  const result = compare({
    estimated: estimated([hours]),
    metered: null,
    bill: bill([row({ ...billed, quantity: 100, unit: 'Hrs', usd: 1312 })]),
  });
  expect(cell(result, 'training')?.variance).toMatchObject({ usd: 0, volumeUsd: 0, unexplainedUsd: 0, reasons: [] });
});

test.each([
  // a whole month of storage is $1.95 however long it is; 730 h x $0.10 = $73 a month, 24 x $0.10 = $2.40 a day
  ['2026-02-01', '2026-02-28', 1, 28],
  ['2026-10-01', '2026-10-31', 1, 31],
  ['2028-02-01', '2028-02-29', 1, 29],
  ['2026-09-01', '2026-09-15', 15 / 30, 15],
  ['2026-01-18', '2026-02-14', 14 / 31 + 14 / 28, 28],
])(
  'from %s until %s what is billed by the month is %d months, and by the hour %i days',
  (from, until, months, days) => {
    const stored = {
      component: 'training',
      kind: 'fixed',
      name: 'stored',
      priceId: 'm.a/storage',
      usageType: null,
    } as const;
    const standing = { ...stored, component: 'data', priceId: 'aoss/ocu' } as const;
    const result = compare({
      estimated: {
        requestsPerMonth: 10_000,
        hoursPerMonth: 730,
        paths: [
          {
            path: 'rag',
            lines: [
              { ...stored, quantity: 1, unit: 'model-month', usd: 1.95 },
              { ...standing, quantity: 730, unit: 'OCU-hour', usd: 73 },
              INPUT_LINE,
            ],
          },
        ],
      },
      metered: null,
      bill: bill([], {
        from,
        until,
        completeness: { completeUntil: until, settlingDays: [], estimatedDays: [], emptyDays: [] },
      }),
      paths: ['rag'],
    });
    expect(cell(result, 'training')?.estimatedUsd).toBeCloseTo(1.95 * months, 12);
    expect(cell(result, 'inference')?.estimatedUsd).toBeCloseTo(5 * months, 12);
    expect(cell(result, 'data')?.estimatedUsd).toBeCloseTo(2.4 * days, 12);
    expect(result.requests[0]?.estimated).toBeCloseTo(10_000 * months, 8);
  },
);

test('the parts of every variance add up to it', () => {
  const result = compare({
    estimated: estimated([INPUT_LINE, { ...INPUT_LINE, priceId: 'm/output', quantity: 3, usd: 7 }]),
    metered: null,
    bill: bill([
      row({ quantity: 777, usd: 3.3 }),
      row({ usageType: 'USE1-NovaLite-output-tokens', quantity: 1.5, unit: '1M tokens', usd: 1.9 }),
      row({ usageType: 'USE1-MP:USE1_OutputTokenCount-Units', quantity: 2, unit: 'Units', usd: 30 }),
      row({ component: null, componentFrom: 'unmapped', usageType: 'Something-new', usd: 0.7 }),
    ]),
  });
  for (const { variance, taggedUsd, inferredUsd, estimatedUsd } of result.cells) {
    const parts = (variance?.volumeUsd ?? 0) + (variance?.priceUsd ?? 0) + (variance?.unexplainedUsd ?? 0);
    expect(parts).toBeCloseTo(variance?.usd ?? NaN, 12);
    expect(variance?.usd).toBeCloseTo((taggedUsd ?? NaN) + (inferredUsd ?? NaN) - (estimatedUsd ?? 0), 12);
  }
  expect(cell(result, null)?.taggedUsd).toBe(0.7);
});

test('what adding doubles leaves over is no difference', () => {
  // 0.1 + 0.2 is 0.30000000000000004
  const result = compare({
    estimated: estimated([{ ...INPUT_LINE, quantity: 0.3, usd: 0.3 }]),
    metered: metered({ inputTokens: 0.3e6, usd: 0.1 + 0.2 }),
    bill: bill([row({ quantity: 100, usd: 0.1 }), row({ quantity: 200, usd: 0.1 + 0.1 + 1e-16 })]),
  });
  expect(cell(result, 'inference')?.variance).toMatchObject({ usd: 0, volumeUsd: 0, priceUsd: 0 });
  const withoutBill = compare({
    estimated: estimated([{ ...INPUT_LINE, quantity: 0.3, usd: 0.3 }]),
    metered: metered({ inputTokens: 0.3e6, usd: 0.1 + 0.2 }),
    bill: null,
  });
  expect(cell(withoutBill, 'inference')?.variance).toMatchObject({ usd: 0, volumeUsd: 0, priceUsd: 0 });
});

test('a path of which only a part is metered has no metered total', () => {
  const result = compare({
    estimated: estimated([INPUT_LINE]),
    metered: metered(),
    bill: bill([row({}), row({ component: 'operations', usageType: 'Request', usd: 3 })]),
  });
  expect(cell(result, 'inference')).toMatchObject({ meteredUsd: 12 });
  expect(cell(result, 'total')).toMatchObject({ meteredUsd: null, notMeasured: ['metered'] });
});

const STORAGE_LINE = {
  component: 'training',
  kind: 'fixed',
  name: 'Model storage',
  quantity: 1,
  unit: 'model-month',
  usd: 1.95,
  priceId: 'm/storage',
  usageType: null,
} as const;

test('an estimate that was made before stands in its own column, as a month and unscaled', () => {
  // the window is 15 of 30 days: half of the compared $5, and none of that before of $8
  const result = compare({
    estimated: estimated([INPUT_LINE]),
    before: [{ path: 'rag', lines: [{ ...INPUT_LINE, usd: 8 }, STORAGE_LINE], incomplete: [] }],
    metered: { ...metered(), from: '2026-09-01', until: '2026-09-15' },
    bill: null,
  });
  expect(cell(result, 'inference')).toMatchObject({ estimatedBeforeUsd: 8, estimatedUsd: 2.5 });
  // only the earlier estimate knows of training: a row all the same
  expect(cell(result, 'training')).toMatchObject({ estimatedBeforeUsd: 1.95, estimatedUsd: 0 });
  expect(cell(result, 'total')).toMatchObject({
    estimatedBeforeUsd: 9.95,
    estimatedUsd: 2.5,
    // 10,000 requests a month
    usdPer1kRequests: { estimatedBefore: expect.closeTo(0.995, 9) },
  });
});

test('an earlier estimate with an unknown part, or none at all, is unknown and never zero', () => {
  const made = { path: 'rag', lines: [INPUT_LINE], incomplete: ['data'] } as const;
  const input = { estimated: estimated([INPUT_LINE]), metered: null, bill: bill([row({})]) };
  const incomplete = compare({ ...input, before: [made] });
  expect(cell(incomplete, 'inference')?.estimatedBeforeUsd).toBe(5);
  expect(cell(incomplete, 'data')?.estimatedBeforeUsd).toBeNull();
  expect(cell(incomplete, 'total')?.estimatedBeforeUsd).toBeNull();
  const none = compare({ ...input, before: [] });
  expect(none.cells.map(({ estimatedBeforeUsd }) => estimatedBeforeUsd)).toEqual([null, null]);
  // without such an estimate there is no column
  expect(compare(input).cells[0]).not.toHaveProperty('estimatedBeforeUsd');
});

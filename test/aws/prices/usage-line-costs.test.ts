import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { calculator, calculatorUrl, type UsageLine } from '../../../lib/aws/prices/usage-line-costs.ts';
import { errorOf } from '../../support/simulator-bed.ts';

interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

const MODEL = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '../../fixtures/pricing-calculator/get-usage-lines-estimated-cost.json'),
    'utf8',
  ),
) as {
  readonly metadata: Readonly<Record<string, string>>;
  readonly operation: { readonly name: string; readonly input: { readonly shape: string } };
  readonly shapes: Readonly<Record<string, Shape>>;
};

/** What of a value the service's model does not allow: botocore's own validator knows neither maxima, patterns nor enumerations. */
function violations(name: string, value: unknown, at = ''): string[] {
  const shape = MODEL.shapes[name];
  if (shape === undefined) throw new Error(`no shape ${name}`);
  const { min = -Infinity, max = Infinity } = shape;
  const size = typeof value === 'number' ? value : (value as { readonly length?: number }).length;
  const sized = size === undefined || (size >= min && size <= max) ? [] : [`${at}: ${size} is not ${min} to ${max}`];
  switch (shape.type) {
    case 'structure': {
      const given = value as Readonly<Record<string, unknown>>;
      return [
        ...(shape.required ?? [])
          .filter((member) => given[member] === undefined)
          .map((member) => `${at}.${member}: missing`),
        ...Object.entries(given).flatMap(([member, inner]) => {
          const of = shape.members?.[member];
          return of === undefined ? [`${at}.${member}: unknown`] : violations(of.shape, inner, `${at}.${member}`);
        }),
      ];
    }
    case 'list':
      return [
        ...sized,
        ...(value as unknown[]).flatMap((inner) => violations(shape.member?.shape ?? '', inner, `${at}[]`)),
      ];
    case 'string':
      return [
        ...(typeof value === 'string' ? sized : [`${at}: no string`]),
        ...(shape.pattern === undefined || new RegExp(`^${shape.pattern}$`).test(String(value))
          ? []
          : [`${at}: ${String(value)} against ${shape.pattern}`]),
        ...(shape.enum === undefined || shape.enum.includes(String(value)) ? [] : [`${at}: ${String(value)}`]),
      ];
    case 'double':
      return typeof value === 'number' ? sized : [`${at}: no number`];
    default:
      return [`${at}: a ${shape.type}`];
  }
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly usage: readonly UsageLine[]; readonly rateType: string };
}

let server: Server;
let received: Received[] = [];
let answers: Answer[] = [];
let base = '';

beforeEach(async () => {
  received = [];
  answers = [];
  process.env['AWS_ACCESS_KEY_ID'] = 'key';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      received.push({ url: request.url, headers: request.headers, body: JSON.parse(text) as Received['body'] });
      const { status = 200, headers = {}, body } = answers.shift() ?? { body: { lineItems: [], errors: [] } };
      response.writeHead(status, headers);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/t/token/`;
});

afterEach(async () => {
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  await new Promise((resolve) => server.close(resolve));
});

const line = (index: number): UsageLine => ({
  key: `line${index}`,
  serviceCode: 'AmazonBedrock',
  usageType: 'USE1-small-input-tokens',
  operation: '',
  amount: 1e9,
});

const ask = (lines: readonly UsageLine[] = [line(0)]) =>
  calculator(new URL(base), { attempts: 2, timeoutMs: 5_000, firstBackoffMs: 1 }).costs(lines, 'AFTER_DISCOUNTS');

const lines = (count: number): UsageLine[] => Array.from({ length: count }, (_, index) => line(index));

test("the request is one that botocore's model of the service allows, under its target and signed for it", async () => {
  await ask(lines(3));
  const [{ headers, url, body } = { headers: {} as IncomingHttpHeaders, url: '', body: undefined }] = received;
  expect(violations(MODEL.operation.input.shape, body)).toEqual([]);
  expect(headers['x-amz-target']).toBe(`${MODEL.metadata['targetPrefix']}.${MODEL.operation.name}`);
  expect(headers['content-type']).toBe(`application/x-amz-json-${MODEL.metadata['jsonVersion']}`);
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/us-east-1\/bcm-pricing-calculator\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
  );
  expect(MODEL.metadata['signingName']).toBe('bcm-pricing-calculator');
  expect(url).toBe('/t/token/');
});

test('the check finds what the model does not allow', () => {
  const wrong = { usage: [{ ...line(0), key: 'a key', amount: -1 }], rateType: 'FREE', more: 1 };
  expect(violations(MODEL.operation.input.shape, wrong)).toHaveLength(4);
  expect(violations(MODEL.operation.input.shape, { usage: lines(501), rateType: 'AFTER_DISCOUNTS' })).toHaveLength(1);
});

test('more than 500 lines are several requests', async () => {
  await ask(lines(1001));
  expect(received.map(({ body }) => body.usage.length)).toEqual([500, 500, 1]);
});

test('costs and errors come by key; a line that nothing is said of has none', async () => {
  answers = [
    {
      body: {
        lineItems: [
          { key: 'line0', estimatedCost: { usageAmount: 5, usageUnit: 'Hrs', cost: 7.5, currency: 'USD' } },
          { key: 'line1', estimatedCost: { usageAmount: 5, cost: 7.5 } },
          { key: 'line2', estimatedCost: { usageAmount: 5, usageUnit: 'Hrs', cost: 7.5, currency: 'EUR' } },
          { key: 'nobody', estimatedCost: { usageAmount: 5, usageUnit: 'Hrs', cost: 7.5, currency: 'USD' } },
        ],
        errors: [{ key: 'line3', errorCode: 'NOT_FOUND', errorMessage: 'no such line', usageType: 'x' }],
        totalCost: 7.5,
      },
    },
  ];
  expect([...(await ask(lines(5)))]).toEqual([
    ['line0', { usageAmount: 5, usageUnit: 'Hrs', cost: 7.5 }],
    ['line1', { errorCode: 'NO_ANSWER', errorMessage: 'AWS names no amount, unit or cost' }],
    ['line2', { errorCode: 'NO_ANSWER', errorMessage: 'the cost is in EUR' }],
    ['line3', { errorCode: 'NOT_FOUND', errorMessage: 'no such line' }],
    ['line4', { errorCode: 'NO_ANSWER', errorMessage: 'AWS says nothing about the line' }],
  ]);
});

test('an answer of another form is an error, and no price', async () => {
  answers = [{ body: { lineItems: 'none' } }];
  expect((await errorOf(ask())).message).toMatch(/^GetUsageLinesEstimatedCost answered in another form: /);
});

describe('what AWS refuses is told with what to do', () => {
  const refused = async (type: string, more: object = {}, status = 400): Promise<string> => {
    const answer = {
      status,
      body: { __type: `com.amazonaws.bcmpricingcalculator#${type}`, message: 'Said.', ...more },
    };
    answers = [answer, answer];
    return (await errorOf(ask())).message;
  };

  test.each([
    ['AccessDeniedException', /^not allowed: Said\. Allow .* bcm-pricing-calculator:GetUsageLinesEstimatedCost/],
    ['DataUnavailableException', /^AWS has no pricing data .*: Said\. Repeat the command later/],
    ['UnrecognizedClientException', /^AWS does not accept the credentials: Said\. Sign in again/],
    ['ValidationException', /^AWS refuses the question: Said\. /],
  ])('%s, and once only', async (type, message) => {
    expect(await refused(type)).toMatch(message);
    expect(received).toHaveLength(1);
  });

  test('throttling, after another try', async () => {
    expect(await refused('ThrottlingException')).toMatch(/after several retries: Said\. Wait a minute/);
    expect(received).toHaveLength(2);
  });

  test('a rate that the account may not use', async () => {
    expect(await refused('ValidationException', { reason: 'disallowedRate' })).toMatch(/rate preferences do not allow/);
  });

  test('missing credentials, before anything is asked', async () => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    const { HOME, AWS_EC2_METADATA_DISABLED } = process.env;
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    process.env['HOME'] = '/nonexistent';
    try {
      expect((await errorOf(ask())).message).toMatch(/^no AWS credentials: .*aws sso login/);
    } finally {
      process.env['HOME'] = HOME;
      if (AWS_EC2_METADATA_DISABLED === undefined) delete process.env['AWS_EC2_METADATA_DISABLED'];
    }
    expect(received).toEqual([]);
  });
});

test('a gateway that answers with a page is asked again', async () => {
  answers = [{ status: 503, body: '<html></html>' }];
  expect((await ask()).size).toBe(1);
  expect(received).toHaveLength(2);
});

test('nothing signed follows a redirect', async () => {
  answers = [{ status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: '' }];
  expect((await errorOf(ask())).message).toBe('HTTP status 307');
  expect(received).toHaveLength(1);
});

describe('the address', () => {
  const AWS = 'https://bcm-pricing-calculator.us-east-1.api.aws/';

  test.each([
    [{}, AWS],
    [{ AWS_ENDPOINT_URL: '' }, AWS],
    [{ AWS_ENDPOINT_URL: 'http://localhost:4566' }, 'http://localhost:4566/'],
    [
      {
        AWS_ENDPOINT_URL: 'https://elsewhere.example',
        AWS_ENDPOINT_URL_BCM_PRICING_CALCULATOR: 'http://127.0.0.1:1/t/x',
      },
      'http://127.0.0.1:1/t/x',
    ],
  ])('%j is %s', (env, url) => {
    expect(calculatorUrl(env).href).toBe(url);
  });

  test.each([
    'https://calculator.example',
    'https://bcm-pricing-calculator.us-east-1.api.aws.example',
    'http://bcm-pricing-calculator.us-east-1.api.aws',
    'http://user:word@127.0.0.1:1',
    'file:///127.0.0.1',
    'nowhere',
  ])('%s is neither of AWS nor of this machine', (address) => {
    expect(() => calculatorUrl({ AWS_ENDPOINT_URL: address })).toThrow(
      `AWS_ENDPOINT_URL must be https://bcm-pricing-calculator.us-east-1.api.aws or an http address on this machine, got '${address}': unset it to ask AWS`,
    );
  });
});

import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { z } from 'zod';
import { BILLING_REGION } from '../../deployment/billing-region.ts';
import { isErrorLike, saidBy } from '../../errors/aws-error.ts';
import { credentialsAdvice } from '../../errors/aws-advice.ts';
import { isLoopback } from '../../errors/loopback.ts';
import { isPassing } from '../../errors/passing.ts';
import { UserError } from '../../errors/user-error.ts';

/*
 * GetUsageLinesEstimatedCost of AWS Pricing Calculator, for which AWS publishes no JavaScript client. Names, limits and errors are
 * those of botocore 1.44.8, bcm-pricing-calculator 2024-06-19: test/fixtures/pricing-calculator.
 */

const SERVICE = 'bcm-pricing-calculator';
const OPERATION = 'GetUsageLinesEstimatedCost';
const ACTION = `${SERVICE}:${OPERATION}`;
const CALCULATOR_URL = `https://${SERVICE}.${BILLING_REGION}.api.aws`;

/** Most lines that one request may have. */
const MOST_LINES = 500;

/** Lengths and characters that AWS takes for the fields of a line. */
export const LINE_LIMITS = { serviceCode: 32, usageType: 128, operation: 32 } as const;
export const LINE_TEXT = /^[-a-zA-Z0-9._:, /()]*$/;

export type RateType = 'BEFORE_DISCOUNTS' | 'AFTER_DISCOUNTS';

/** A quantity of one usage type, to be priced. */
export interface UsageLine {
  /** Letters and digits, at most 10, unique in the request. */
  readonly key: string;
  readonly serviceCode: string;
  readonly usageType: string;
  readonly operation: string;
  readonly amount: number;
}

const LINE_ERRORS = ['BAD_REQUEST', 'NOT_FOUND', 'CONFLICT', 'INTERNAL_SERVER_ERROR'] as const;

/** The cost of a line, or why AWS gives none. */
export type LineCost =
  | { readonly usageAmount: number; readonly usageUnit: string; readonly cost: number }
  | { readonly errorCode: (typeof LINE_ERRORS)[number] | 'NO_ANSWER'; readonly errorMessage: string };

/** An answer may have more members than these. */
const answerSchema = z.object({
  lineItems: z
    .array(
      z.object({
        key: z.string(),
        estimatedCost: z
          .object({
            usageAmount: z.number().optional(),
            usageUnit: z.string().optional(),
            cost: z.number().optional(),
            currency: z.string().optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  errors: z
    .array(z.object({ key: z.string(), errorCode: z.enum(LINE_ERRORS), errorMessage: z.string().default('') }))
    .default([]),
});

export interface CalculatorLimits {
  readonly attempts: number;
  readonly timeoutMs: number;
  /** Longest wait before the second attempt; doubled for each further one. */
  readonly firstBackoffMs: number;
}

const CALCULATOR_LIMITS: CalculatorLimits = { attempts: 5, timeoutMs: 30_000, firstBackoffMs: 1000 };

export interface Calculator {
  /**
   * Prices lines, by key. Nothing is stored.
   * @throws UserError where AWS refuses, with what to do about it; DisallowedRate for a rate that the account may not use
   */
  readonly costs: (lines: readonly UsageLine[], rateType: RateType) => Promise<ReadonlyMap<string, LineCost>>;
}

/** The rate preferences of the account do not allow the rate. */
export class DisallowedRateError extends UserError {}

/**
 * The address of the calculator: AWS's own, or one on this machine that stands in for it.
 * @throws UserError for any other address, which would receive a request signed with the user's credentials
 */
export function calculatorUrl(env: Readonly<Record<string, string | undefined>>): URL {
  const variables = ['AWS_ENDPOINT_URL_BCM_PRICING_CALCULATOR', 'AWS_ENDPOINT_URL'];
  const name = variables.find((each) => (env[each] ?? '') !== '');
  const address = name === undefined ? CALCULATOR_URL : (env[name] ?? '');
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const plain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  const fromHere = url !== undefined && /^https?:$/.test(url.protocol) && isLoopback(url.hostname);
  if (url !== undefined && plain && (url.origin === CALCULATOR_URL || fromHere)) return url;
  throw new UserError(
    `${name ?? 'the calculator address'} must be ${CALCULATOR_URL} or an http address on this machine, got '${address}': unset it to ask AWS`,
  );
}

/** A client with the SDK's own credential chain and signer. */
export function calculator(url: URL, limits: CalculatorLimits = CALCULATOR_LIMITS): Calculator {
  const signer = new SignatureV4({
    service: SERVICE,
    region: BILLING_REGION,
    credentials: defaultProvider(),
    sha256: Sha256,
  });
  return {
    costs: async (lines, rateType) => {
      const costs = new Map<string, LineCost>();
      for (let start = 0; start < lines.length; start += MOST_LINES) {
        const batch = lines.slice(start, start + MOST_LINES);
        const answer = await answerWithRetries(url, signer, { usage: batch, rateType }, limits);
        for (const [key, cost] of costsOf(batch, answer)) costs.set(key, cost);
      }
      return costs;
    },
  };
}

function costsOf(lines: readonly UsageLine[], answer: unknown): Map<string, LineCost> {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new Error(`${OPERATION} answered in another form: ${z.prettifyError(parsed.error)}`);
  const none = (errorMessage: string): LineCost => ({ errorCode: 'NO_ANSWER', errorMessage });
  const costs = new Map(lines.map(({ key }) => [key, none('AWS says nothing about the line')]));
  for (const { key, estimatedCost = {} } of parsed.data.lineItems) {
    const { usageAmount, usageUnit, cost, currency = 'USD' } = estimatedCost;
    if (!costs.has(key)) continue;
    if (currency !== 'USD') costs.set(key, none(`the cost is in ${currency}`));
    else if (usageAmount === undefined || usageUnit === undefined || cost === undefined) {
      costs.set(key, none('AWS names no amount, unit or cost'));
    } else costs.set(key, { usageAmount, usageUnit, cost });
  }
  for (const { key, errorCode, errorMessage } of parsed.data.errors) {
    if (costs.has(key)) costs.set(key, { errorCode, errorMessage });
  }
  return costs;
}

async function answerWithRetries(
  url: URL,
  signer: SignatureV4,
  body: object,
  limits: CalculatorLimits,
): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await answerOf(url, signer, body, limits.timeoutMs);
    } catch (error) {
      if (!isPassing(error) || attempt === limits.attempts) throw explained(error);
      await sleep(limits.firstBackoffMs * 2 ** (attempt - 1) * Math.random());
    }
  }
}

async function answerOf(url: URL, signer: SignatureV4, body: object, timeoutMs: number): Promise<unknown> {
  const text = JSON.stringify(body);
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AWSBCMPricingCalculator.${OPERATION}`,
    },
    body: text,
  });
  const response = await fetch(url, {
    method: 'POST',
    // fetch writes the host itself
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host')),
    body: text,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = await response.text();
  if (response.ok) return JSON.parse(answer) as unknown;
  throw serviceError(response, answer);
}

const errorSchema = z.object({
  __type: z.string().optional(),
  message: z.string().optional(),
  Message: z.string().optional(),
  reason: z.string().optional(),
});

/** An error as the SDK's clients throw it, so that one module judges both. */
function serviceError({ status, headers }: Response, answer: string): Error {
  const { __type, message, Message, reason } = errorSchema.catch({}).parse(jsonOf(answer));
  // com.amazonaws.x#Name:http://…
  const type = (headers.get('x-amzn-errortype') ?? __type ?? '').split(':')[0]?.split('#').at(-1) ?? '';
  const error = new Error(message ?? Message ?? `HTTP status ${status}`);
  const requestId = headers.get('x-amzn-requestid') ?? undefined;
  return Object.assign(error, {
    name: type === '' ? 'Unknown' : type,
    reason,
    $metadata: { httpStatusCode: status, requestId },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a gateway answers with a page
    return undefined;
  }
}

/** Turns an answer of AWS into what the user can do about it. */
function explained(error: unknown): unknown {
  if (!isErrorLike(error)) return error;
  const advice = credentialsAdvice(error);
  if (advice !== undefined) return new UserError(advice);
  const said = saidBy(error);
  if ('reason' in error && error.reason === 'disallowedRate') {
    return new DisallowedRateError(
      `the account's rate preferences do not allow the rate: ${said}. The management account sets them in the preferences of AWS Pricing Calculator (Billing and Cost Management console)`,
    );
  }
  if (/AccessDenied|NotAuthorized/.test(error.name)) {
    return new UserError(
      `not allowed: ${said}. Allow your user or role the action ${ACTION} on every resource, or set AWS_PROFILE to one that may`,
    );
  }
  if (error.name === 'DataUnavailableException') {
    return new UserError(
      `AWS has no pricing data for the account at the moment: ${said}. Repeat the command later; nothing was written`,
    );
  }
  if (/Throttl|TooManyRequests/.test(error.name)) {
    return new UserError(
      `AWS still refuses ${ACTION} after several retries: ${said}. Wait a minute and repeat the command; nothing was written`,
    );
  }
  if (error.name === 'ValidationException') {
    return new UserError(`AWS refuses the question: ${said}. Choose another value of '--operation', or fewer Regions`);
  }
  if (error.name === 'TimeoutError' || error.message === 'fetch failed') {
    const cause = isErrorLike(error.cause) ? saidBy(error.cause) : said;
    return new Error(`${CALCULATOR_URL} does not answer: ${cause}. Is this machine online?`, { cause: error });
  }
  return error;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

import type { Price, PriceBook } from '../prices/price-book.ts';
import { CONTROL_FAULTS } from './api.ts';
import { constraints } from './constraints.ts';
import { billedUnit, piecesOf } from './cur-rows.ts';
import { ServiceError, invalid } from './service-error.ts';
import type { SimulatedService } from './simulated-service.ts';

type LineError = 'BAD_REQUEST' | 'NOT_FOUND' | 'CONFLICT' | 'INTERNAL_SERVER_ERROR';

/** What the account of the simulation pays, and what goes wrong. */
export interface CalculatorBehaviour {
  /** Usage type -> share of the list price that the account pays. @default 1 */
  readonly discounts?: Readonly<Record<string, number>>;
  /** Usage type -> the error that its line gets. @default none */
  readonly errors?: Readonly<Record<string, LineError>>;
  /** Usage type -> a unit in place of the one that AWS is known to count in. @default the known ones */
  readonly units?: Readonly<Record<string, string>>;
  /** Usage types whose lines are in no list of the answer. @default none */
  readonly silent?: readonly string[];
  /** How many requests fail for want of pricing data. @default none */
  readonly unavailable?: number;
  /** Costs are rounded to cents. @default they are exact */
  readonly cents?: boolean;
}

export interface PricingCalculator extends SimulatedService {
  /** How it answers from now on. */
  readonly behave: (behaviour: CalculatorBehaviour) => void;
}

interface Line {
  readonly serviceCode: string;
  readonly usageType: string;
  readonly operation: string;
  readonly key: string;
  readonly amount: number;
}

/** In the service's model `[-a-zA-Z0-9\.\-_:, \/()]*`. */
const TEXT = /[-a-zA-Z0-9._:, /()]*/;

const RATES = ['BEFORE_DISCOUNTS', 'AFTER_DISCOUNTS', 'AFTER_DISCOUNTS_AND_COMMITMENTS'];

/**
 * AWS Pricing Calculator: prices lines of usage that nobody used, by the book and the discounts that a test sets. Its request is
 * held against botocore's model of bcm-pricing-calculator, 2024-06-19.
 */
export function pricingCalculator({ prices }: { readonly prices: PriceBook }): PricingCalculator {
  let behaviour: CalculatorBehaviour = {};
  let unavailable = 0;
  return {
    behave: (wanted) => {
      behaviour = wanted;
      unavailable = wanted.unavailable ?? 0;
    },
    routes: [
      {
        operation: 'GetUsageLinesEstimatedCost',
        service: 'pricing-calculator',
        method: 'POST',
        path: '/',
        target: 'AWSBCMPricingCalculator.GetUsageLinesEstimatedCost',
        faults: CONTROL_FAULTS,
        handle: ({ body }) => {
          const { usage, rateType } = questionOf(body);
          if (unavailable > 0) {
            unavailable -= 1;
            throw new ServiceError('DataUnavailableException', 'The requested data is currently unavailable.');
          }
          return { json: answerTo(usage, rateType, prices, behaviour) };
        },
      },
    ],
  };
}

function answerTo(
  usage: readonly Line[],
  rateType: string,
  book: PriceBook,
  { discounts = {}, errors = {}, units = {}, silent = [], cents = false }: CalculatorBehaviour,
): object {
  const lineItems: object[] = [];
  const refused: object[] = [];
  let totalCost = 0;
  for (const { amount, ...line } of usage) {
    const { usageType, serviceCode } = line;
    if (silent.includes(usageType)) continue;
    const priced = [...book.prices.values()].filter(
      (price) => price.service === serviceCode && price.usageType === usageType && !/\/tier-\d$/.test(price.id),
    );
    const [price] = priced;
    const errorCode =
      errors[usageType] ?? (price === undefined ? 'NOT_FOUND' : priced.length > 1 ? 'BAD_REQUEST' : undefined);
    if (price === undefined || errorCode !== undefined) {
      refused.push({ ...line, errorCode: errorCode ?? 'NOT_FOUND', errorMessage: `No rate for ${usageType}.` });
      continue;
    }
    const unit = billedUnit(price);
    const share = rateType === 'BEFORE_DISCOUNTS' ? 1 : (discounts[usageType] ?? 1);
    const exact = amount * usdOf(price, unit.pieces) * share;
    const cost = cents ? Math.round(exact * 100) / 100 : exact;
    totalCost += cost;
    lineItems.push({
      ...line,
      estimatedCost: { usageAmount: amount, usageUnit: units[usageType] ?? unit.name, cost, currency: 'USD' },
    });
  }
  return { rateType, totalCost, currency: 'USD', lineItems, errors: refused };
}

const usdOf = ({ usd, per }: Price, pieces: number): number => (usd * pieces) / piecesOf(per);

function questionOf(body: unknown): { readonly usage: readonly Line[]; readonly rateType: string } {
  const check = constraints();
  const request = check.object('', body) ?? {};
  check.required('usage', request['usage']);
  check.required('rateType', request['rateType']);
  const rateType = check.text('rateType', request['rateType'], { oneOf: RATES }) ?? '';
  const unknown = Object.keys(request).find((name) => !['usage', 'rateType'].includes(name));
  if (unknown !== undefined) throw new ServiceError('SerializationException', `Unknown member '${unknown}'`);
  const usage = (check.list('usage', request['usage'], { min: 1, max: 500 }) ?? []).map((value, index): Line => {
    const at = `usage.${index + 1}.member`;
    const line = check.object(at, value) ?? {};
    for (const name of ['serviceCode', 'usageType', 'operation', 'key', 'amount']) {
      check.required(`${at}.${name}`, line[name]);
    }
    const text = (name: string, max: number, pattern: RegExp): string =>
      check.text(`${at}.${name}`, line[name], { max, pattern }) ?? '';
    return {
      serviceCode: text('serviceCode', 32, TEXT),
      usageType: text('usageType', 128, TEXT),
      operation: text('operation', 32, TEXT),
      key: text('key', 10, /[a-zA-Z0-9]*/),
      amount: check.number(`${at}.amount`, line['amount'], { min: 0 }) ?? 0,
    };
  });
  check.finish();
  const keys = usage.map(({ key }) => key);
  if (new Set(keys).size < keys.length) throw invalid('the keys of the usage lines are not unique');
  return { usage, rateType };
}

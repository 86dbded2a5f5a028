import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One charge of the account whose bill the server answers for. */
export interface FakeCharge {
  readonly day: string;
  readonly service: string;
  readonly usageType: string;
  readonly usd: number;
  readonly path?: string;
  readonly component?: string;
  readonly recordType?: string;
  readonly quantity?: number;
  readonly unit?: string;
}

interface FakeRequest {
  readonly action: string;
  readonly body: CostQuestion;
}

interface CostQuestion {
  readonly TimePeriod: { readonly Start: string; readonly End: string };
  readonly GroupBy?: readonly { readonly Type: 'TAG' | 'DIMENSION'; readonly Key: string }[];
  readonly Filter?: CostFilter;
  readonly NextPageToken?: string;
}

interface CostFilter {
  readonly And?: readonly CostFilter[];
  readonly Not?: CostFilter;
  readonly Dimensions?: { readonly Key: string; readonly Values: readonly string[] };
  readonly Tags?: {
    readonly Key: string;
    readonly Values?: readonly string[];
    readonly MatchOptions?: readonly string[];
  };
}

export interface FakeOptions {
  readonly charges: readonly FakeCharge[];
  /** Groups on a page. @default 1,000 */
  readonly pageSize?: number;
  /** Days from here on are estimated. */
  readonly estimatedFrom?: string;
  readonly tagStatus?: 'Active' | 'Inactive' | 'unknown' | 'denied';
  /** Called first; true where it has answered the request itself. */
  readonly disturb?: (request: FakeRequest, response: ServerResponse, count: number) => boolean;
}

export interface FakeCostExplorer {
  readonly url: string;
  readonly requests: FakeRequest[];
  readonly close: () => Promise<void>;
}

/** Answers as Cost Explorer does, over HTTP on loopback: two groupings, filters, exclusive End, pages, `key$value`. */
export async function fakeCostExplorer(options: FakeOptions): Promise<FakeCostExplorer> {
  const requests: FakeRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const action = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
      const request = { action, body: JSON.parse(Buffer.concat(chunks).toString()) as CostQuestion };
      requests.push(request);
      if (options.disturb?.(request, response, requests.length) === true) return;
      if (action === 'GetCostAndUsage') reply(response, 200, costAndUsage(options, request.body));
      else tagStatus(options, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

export function fail(response: ServerResponse, status: number, type: string, message: string): true {
  reply(response, status, { __type: type, message });
  return true;
}

function tagStatus({ tagStatus: status = 'Active' }: FakeOptions, response: ServerResponse): void {
  if (status === 'denied') {
    fail(response, 400, 'AccessDeniedException', "Linked account doesn't have access to cost allocation tags.");
    return;
  }
  const tags =
    status === 'unknown'
      ? []
      : [
          {
            TagKey: 'customization-path',
            Type: 'UserDefined',
            Status: status,
            LastUpdatedDate: '2026-08-02T00:00:00Z',
          },
        ];
  reply(response, 200, { CostAllocationTags: tags });
}

function costAndUsage({ charges, pageSize = 1_000, estimatedFrom = '9999' }: FakeOptions, body: CostQuestion): unknown {
  const { TimePeriod, GroupBy = [], Filter } = body;
  const first = Number(body.NextPageToken ?? '0');
  const matching = charges.filter(
    (charge) =>
      charge.day >= TimePeriod.Start &&
      charge.day < TimePeriod.End &&
      (Filter === undefined || matches(charge, Filter)),
  );
  const groups = new Map<string, { day: string; keys: string[]; usd: number; quantity: number; unit: string }>();
  for (const charge of matching) {
    const keys = GroupBy.map(({ Type, Key }) =>
      Type === 'TAG' ? `${Key}$${tagOf(charge, Key) ?? ''}` : dimensionOf(charge, Key),
    );
    const id = JSON.stringify([charge.day, keys]);
    const group = groups.get(id) ?? { day: charge.day, keys, usd: 0, quantity: 0, unit: charge.unit ?? 'N/A' };
    groups.set(id, { ...group, usd: group.usd + charge.usd, quantity: group.quantity + (charge.quantity ?? 0) });
  }
  const all = [...groups.values()].sort((a, b) => a.day.localeCompare(b.day));
  const page = all.slice(first, first + pageSize);
  const next = first + pageSize;
  const days = daysBetween(TimePeriod.Start, TimePeriod.End);
  return {
    GroupDefinitions: GroupBy,
    ResultsByTime: days.map((day) => ({
      TimePeriod: { Start: day, End: nextDay(day) },
      Total: {},
      Groups: page
        .filter((group) => group.day === day)
        .map(({ keys, usd, quantity, unit }) => ({
          Keys: keys,
          Metrics: {
            UnblendedCost: { Amount: String(usd), Unit: 'USD' },
            UsageQuantity: { Amount: String(quantity), Unit: unit },
          },
        })),
      Estimated: day >= estimatedFrom,
    })),
    DimensionValueAttributes: [],
    ...(next < all.length ? { NextPageToken: String(next) } : {}),
  };
}

function matches(charge: FakeCharge, filter: CostFilter): boolean {
  if (filter.And !== undefined) return filter.And.every((each) => matches(charge, each));
  if (filter.Not !== undefined) return !matches(charge, filter.Not);
  if (filter.Dimensions !== undefined)
    return filter.Dimensions.Values.includes(dimensionOf(charge, filter.Dimensions.Key));
  const { Key = '', Values = [], MatchOptions = [] } = filter.Tags ?? {};
  const value = tagOf(charge, Key);
  return MatchOptions.includes('ABSENT') ? value === undefined : value !== undefined && Values.includes(value);
}

function tagOf(charge: FakeCharge, key: string): string | undefined {
  return key === 'customization-path' ? charge.path : charge.component;
}

function dimensionOf(charge: FakeCharge, key: string): string {
  switch (key) {
    case 'SERVICE':
      return charge.service;
    case 'USAGE_TYPE':
      return charge.usageType;
    case 'RECORD_TYPE':
      return charge.recordType ?? 'Usage';
    default:
      throw new Error(`the fake knows no dimension ${key}`);
  }
}

function daysBetween(start: string, end: string): string[] {
  const days: string[] = [];
  for (let day = start; day < end; day = nextDay(day)) days.push(day);
  return days;
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

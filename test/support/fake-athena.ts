import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { queryRows, type Duck } from '../../lib/duckdb.ts';

export interface FakeAthenaOptions {
  readonly duck: Duck;
  /** Column -> type as the Glue Data Catalog writes it; undefined where there is no such table. */
  readonly columns: Readonly<Record<string, string>> | undefined;
  /** What the workgroup lets a query read. @default 10 GB */
  readonly limitBytes?: number | null;
  readonly scannedBytes?: number;
  readonly reused?: boolean;
  /** Why every query fails. */
  readonly failure?: string;
  readonly pageSize?: number;
  /** How often a query is still running when it is asked about. */
  readonly polls?: number;
  /** Called first; true where it has answered the request itself. */
  readonly disturb?: (action: string, response: ServerResponse, count: number) => boolean;
}

export interface FakeAthena {
  readonly url: string;
  readonly requests: { readonly action: string; readonly body: Record<string, unknown> }[];
  readonly close: () => Promise<void>;
}

interface Query {
  readonly names: string[];
  readonly rows: (string | null)[][];
  pollsLeft: number;
}

/** Answers as Athena does, over HTTP on loopback: the SQL is run by DuckDB, results come as text, in pages, names first. */
export async function fakeAthena(options: FakeAthenaOptions): Promise<FakeAthena> {
  const requests: FakeAthena['requests'] = [];
  const running = new Map<string, Query>();

  const start = async (sql: string): Promise<string> => {
    const id = `query-${running.size + 1}`;
    const found = options.failure === undefined ? await queryRows(options.duck, sql) : [];
    const names = Object.keys(found[0] ?? {});
    running.set(id, {
      names,
      rows: [names, ...found.map((row) => names.map((name) => asText(row[name])))],
      pollsLeft: options.polls ?? 1,
    });
    return id;
  };

  const execution = (id: string): object => {
    const query = running.get(id);
    if (query !== undefined && query.pollsLeft-- > 0) return { Status: { State: 'RUNNING' } };
    if (options.failure !== undefined) return { Status: { State: 'FAILED', StateChangeReason: options.failure } };
    return {
      Status: { State: 'SUCCEEDED' },
      Statistics: {
        DataScannedInBytes: options.reused === true ? 0 : (options.scannedBytes ?? 1_000),
        ResultReuseInformation: { ReusedPreviousResult: options.reused ?? false },
      },
    };
  };

  const page = (id: string, token: string | undefined): object => {
    const { names, rows } = running.get(id) ?? { names: [], rows: [] };
    const from = Number(token ?? 0);
    const until = from + (options.pageSize ?? 1_000);
    return {
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: names.map((Name) => ({ Name, Type: 'varchar' })) },
        Rows: rows
          .slice(from, until)
          .map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
      },
      ...(until < rows.length ? { NextToken: String(until) } : {}),
    };
  };

  const answer = async (action: string, body: Record<string, unknown>, response: ServerResponse): Promise<void> => {
    const id = String(body['QueryExecutionId']);
    const ok = (json: object): void => send(response, 200, json);
    switch (action) {
      case 'GetTableMetadata':
        if (options.columns === undefined) {
          send(response, 400, { __type: 'MetadataException', Message: 'Table cur2 not found' });
          return;
        }
        ok({
          TableMetadata: {
            Name: 'cur2',
            Columns: Object.entries(options.columns).map(([Name, Type]) => ({ Name, Type })),
          },
        });
        return;
      case 'GetWorkGroup': {
        const { limitBytes = 10 * 2 ** 30 } = options;
        ok({
          WorkGroup: {
            Name: 'w',
            Configuration: limitBytes === null ? {} : { BytesScannedCutoffPerQuery: limitBytes },
          },
        });
        return;
      }
      case 'StartQueryExecution':
        ok({ QueryExecutionId: await start(String(body['QueryString'])) });
        return;
      case 'GetQueryExecution':
        ok({ QueryExecution: execution(id) });
        return;
      case 'GetQueryResults':
        ok(page(id, body['NextToken'] as string | undefined));
        return;
      default:
        send(response, 400, { __type: 'InvalidRequestException', Message: `no ${action} here` });
    }
  };

  const server = createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
    incoming.on('end', () => {
      const action = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
      const body = JSON.parse(text) as Record<string, unknown>;
      const count = requests.push({ action, body });
      if (options.disturb?.(action, response, count) === true) return;
      answer(action, body, response).catch((error: unknown) =>
        send(response, 500, { __type: 'InternalServerException', Message: String(error) }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => closed(server),
  };
}

export function send(response: ServerResponse, status: number, json: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(json));
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
}

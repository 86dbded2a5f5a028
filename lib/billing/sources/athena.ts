import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  StartQueryExecutionCommand,
  type AthenaClient,
  type QueryExecution,
} from '@aws-sdk/client-athena';
import { randomUUID } from 'node:crypto';
import { sqlName, sqlText } from '../../duckdb.ts';
import { explainAwsError } from '../../errors/aws-advice.ts';
import { UserError } from '../../errors/user-error.ts';
import { isPathId } from '../../paths.ts';
import { assembleBill } from '../assemble-bill.ts';
import { attributor, billedResourceIds } from '../attribution.ts';
import type { Bill, SecondAttribution } from '../bill.ts';
import type { Window } from '../days.ts';
import { note } from '../notes.ts';
import { TAG_ROLES, isPrincipalSpellingOf, spellingsAmong } from '../tag-keys.ts';
import { CUR } from './cur.ts';
import { secondAttributionSql } from './export-query.ts';
import { aggregate, textOrNull, type ExportRequest, type SecondKind } from './export-reader.ts';
import type { Columns } from './export-source.ts';
import { tagSql, valueSql } from './tag-columns.ts';

/** Where the export of the stack `comparison` can be asked. */
export interface AthenaTable {
  readonly workgroup: string;
  readonly database: string;
  readonly table: string;
}

export interface AthenaRequest extends Omit<ExportRequest, 'path'> {
  readonly client: Pick<AthenaClient, 'send'>;
  readonly in: AthenaTable;
  /** Stop before paying more than this, in US dollars. */
  readonly maxUsd: number;
  /** Whether an answer of the last hour may be taken, at no cost. */
  readonly reuse: boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** us-east-1, AWS Pricing API AmazonAthena, 2026-08-27: a TB is 1,024 GB, and a query is billed for 10 MB at least. */
const USD_PER_TB = 5;
const BYTES_PER_TB = 2 ** 40;
const LEAST_BYTES = 10 * 2 ** 20;

/** An answer of Athena is good for as long as a new delivery of the export takes at the least; asking again within it is free. */
const REUSE_MINUTES = 60;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/** A query over years of a large account takes minutes; one that takes longer is stuck in a queue. */
const LONGEST_QUERY_MS = 15 * 60_000;

/**
 * Asks the export where it lies, with the same SQL as files on disk: for accounts whose exports outgrow one machine.
 *
 * @throws UserError where there is no such table, the workgroup lets a query cost more than allowed, or a query is refused
 */
export async function readAthena(request: AthenaRequest): Promise<Bill> {
  const { window, deployed, now } = request;
  const athena = queries(request);
  const columns = await athena.columns();
  const lacking = ['resource_tags', 'tags'].filter((column) => columns.has(column) && !isMap(columns, column));
  if (lacking.length > 0) {
    throw new UserError(
      `the column ${lacking.join(', ')} of ${request.in.database}.${request.in.table} is no map<string,string>: deploy the table again with 'npx cdk deploy comparison'`,
    );
  }
  const source = monthsOf(request.in, window);
  const keys = await everyKey(athena, source, columns);
  const spellings = [...keys].flatMap(([column, names]) => spellingsAmong(column, names));
  const lines = CUR.lines(columns, (role) => tagSql(role, columns, spellings));
  const known = deployed === 'tagged' ? [] : [...billedResourceIds(deployed).keys()];
  const { aggregated, outside, costNotes } = await aggregate(
    async function* (sql) {
      yield await athena.rows(sql);
    },
    source,
    lines,
    window,
    known,
  );
  const second: SecondAttribution[] = [];
  for (const kind of request.second ?? []) {
    const value = secondSql(kind, columns, keys);
    if (value === null) continue;
    for (const row of await athena.rows(secondAttributionSql(source, lines, window, value))) {
      const tagged = textOrNull(row['path_tag']);
      second.push({
        kind,
        value: String(row['value']),
        path: isPathId(tagged) ? tagged : null,
        usd: Number(row['cost']),
      });
    }
  }
  const { scannedBytes, paidUsd, reused } = athena.asked();
  return assembleBill(
    aggregated,
    {
      source: 'athena',
      simulated: request.simulated === true,
      window,
      metric: CUR.metric,
      deployed,
      now,
      tagSpellings: spellings,
      dated: lines.start !== null,
      secondAttributions: second,
      estimatedDays: new Set(),
      queryUsd: paidUsd,
      notes: [...costNotes, note('athena-scanned', { megabytes: Math.ceil(scannedBytes / 2 ** 20), reused })],
      // a sum of its own would be a query of its own, and paid for
      read: { files: null, pages: null, gross: null, outside, leftOut: [], notRead: [] },
    },
    attributor,
  );
}

const isMap = (columns: Columns, column: string): boolean => columns.get(column)?.startsWith('MAP') === true;

/** The partitions of the window and no other: Athena bills for what it reads. */
function monthsOf({ database, table }: AthenaTable, { from, until }: Window): string {
  const month = (day: string): string => sqlText(day.slice(0, 7));
  return `(SELECT * FROM ${sqlName(database)}.${sqlName(table)} WHERE billing_period BETWEEN ${month(from)} AND ${month(until)}) AS export`;
}

/** Column -> keys that occur in it, of the columns that hold many tags in one value. */
async function everyKey(athena: Queries, source: string, columns: Columns): Promise<Map<string, string[]>> {
  const present = CUR.line.tagColumns.filter((column) => columns.has(column));
  const found = new Map<string, string[]>();
  if (present.length === 0) return found;
  const parts = present.map(
    (column) =>
      `SELECT DISTINCT ${sqlText(column)} AS tag_column, tag_key FROM ${source} CROSS JOIN UNNEST(map_keys(${sqlName(column)})) AS keys (tag_key)`,
  );
  for (const row of await athena.rows(parts.join('\nUNION ALL\n'))) {
    const column = String(row['tag_column']);
    const keys = found.get(column);
    if (keys === undefined) found.set(column, [String(row['tag_key'])]);
    else keys.push(String(row['tag_key']));
  }
  for (const keys of found.values()) keys.sort();
  return found;
}

function secondSql(kind: SecondKind, columns: Columns, keys: ReadonlyMap<string, readonly string[]>): string | null {
  if (kind !== 'principal-tag') return CUR.second(columns, kind);
  const values = [...keys].flatMap(([column, names]) =>
    names.filter((key) => isPrincipalSpellingOf(TAG_ROLES.path, key)).map((key) => valueSql(column, key, columns)),
  );
  return values.length === 0 ? null : `COALESCE(${[...values, "''"].join(', ')})`;
}

type Row = Readonly<Record<string, string | null>>;

interface Queries {
  readonly columns: () => Promise<Columns>;
  readonly rows: (sql: string) => Promise<Row[]>;
  /** What was asked so far: bytes read, US dollars, and how many answers were taken from earlier ones at no cost. */
  readonly asked: () => { readonly scannedBytes: number; readonly paidUsd: number; readonly reused: number };
}

function queries({ client, in: table, maxUsd, reuse, sleep }: AthenaRequest): Queries {
  let limitBytes: number | undefined;
  let scannedBytes = 0;
  let billedBytes = 0;
  let reused = 0;
  const explained = async <T>(action: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      throw explainAthenaError(error, action, table);
    }
  };

  /** No query is begun whose limit would let it cost more than what is left. */
  const checkLimit = async (): Promise<void> => {
    limitBytes ??= (
      await explained('athena:GetWorkGroup', () => client.send(new GetWorkGroupCommand({ WorkGroup: table.workgroup })))
    ).WorkGroup?.Configuration?.BytesScannedCutoffPerQuery;
    if (limitBytes === undefined) {
      throw new UserError(
        `the workgroup ${table.workgroup} has no limit of what a query may read, so '--max-usd' could not be kept: deploy it again with 'npx cdk deploy comparison'`,
      );
    }
    const worstUsd = usdOf(billedBytes + limitBytes);
    if (worstUsd > maxUsd) {
      throw new UserError(
        `stopped before paying more than $${maxUsd.toFixed(2)}: one more query may read ${Math.round(limitBytes / 2 ** 30)} GB, in all up to $${worstUsd.toFixed(2)}. Raise '--max-usd', or lower comparison.scanLimitGb`,
      );
    }
  };

  const finished = async (id: string): Promise<QueryExecution> => {
    for (let waitedMs = 0, waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      const { QueryExecution: execution } = await explained('athena:GetQueryExecution', () =>
        client.send(new GetQueryExecutionCommand({ QueryExecutionId: id })),
      );
      const state = execution?.Status?.State;
      if (state === 'SUCCEEDED') return execution ?? {};
      if (state === 'FAILED' || state === 'CANCELLED') {
        const reason = execution?.Status?.StateChangeReason ?? 'no reason given';
        throw new UserError(
          `Athena ${state === 'FAILED' ? 'failed' : 'cancelled'} query ${id}: ${reason.trim()}${hint(reason)}`,
        );
      }
      if (waitedMs > LONGEST_QUERY_MS) {
        throw new UserError(
          `Athena has not answered query ${id} for ${LONGEST_QUERY_MS / 60_000} minutes (state ${state ?? 'unknown'}): look at it with 'aws athena get-query-execution --query-execution-id ${id}', or stop it`,
        );
      }
      await sleep(waitMs);
      waitedMs += waitMs;
    }
  };

  return {
    columns: async () => {
      const { TableMetadata } = await explained('athena:GetTableMetadata', () =>
        client.send(
          new GetTableMetadataCommand({
            CatalogName: 'AwsDataCatalog',
            DatabaseName: table.database,
            TableName: table.table,
            WorkGroup: table.workgroup,
          }),
        ),
      );
      return new Map((TableMetadata?.Columns ?? []).map(({ Name = '', Type = '' }) => [Name, asDuckDbType(Type)]));
    },
    rows: async (sql) => {
      await checkLimit();
      const { QueryExecutionId: id } = await explained('athena:StartQueryExecution', () =>
        client.send(
          new StartQueryExecutionCommand({
            QueryString: sql,
            WorkGroup: table.workgroup,
            QueryExecutionContext: { Database: table.database },
            ClientRequestToken: randomUUID(),
            ResultReuseConfiguration: {
              ResultReuseByAgeConfiguration: { Enabled: reuse, ...(reuse ? { MaxAgeInMinutes: REUSE_MINUTES } : {}) },
            },
          }),
        ),
      );
      if (id === undefined) throw new Error('Athena began a query and did not say which');
      const { Statistics } = await finished(id);
      if (Statistics?.ResultReuseInformation?.ReusedPreviousResult === true) reused += 1;
      else {
        const bytes = Statistics?.DataScannedInBytes;
        if (bytes === undefined) throw new Error(`Athena does not say how much query ${id} read: its cost is unknown`);
        scannedBytes += bytes;
        billedBytes += Math.max(LEAST_BYTES, bytes);
      }
      return results(client, id, explained);
    },
    asked: () => ({ scannedBytes, paidUsd: usdOf(billedBytes), reused }),
  };
}

const usdOf = (bytes: number): number => (bytes / BYTES_PER_TB) * USD_PER_TB;

/** All pages; the first row of the first page repeats the names. */
async function results(
  client: Pick<AthenaClient, 'send'>,
  id: string,
  explained: <T>(action: string, send: () => Promise<T>) => Promise<T>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let token: string | undefined;
  let names: string[] | undefined;
  do {
    const page = await explained('athena:GetQueryResults', () =>
      client.send(
        new GetQueryResultsCommand({ QueryExecutionId: id, ...(token === undefined ? {} : { NextToken: token }) }),
      ),
    );
    const isFirst = names === undefined;
    names ??= (page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = '' }) => Name);
    for (const { Data = [] } of (page.ResultSet?.Rows ?? []).slice(isFirst ? 1 : 0)) {
      rows.push(Object.fromEntries(names.map((name, index) => [name, Data[index]?.VarCharValue ?? null])));
    }
    if (page.NextToken !== undefined && page.NextToken === token) {
      throw new Error(`Athena answered query ${id} with a page that was read already: the bill would not be right`);
    }
    token = page.NextToken;
  } while (token !== undefined);
  return rows;
}

/** The queries are written for the types of DuckDB, which the table's are close to. */
function asDuckDbType(type: string): string {
  if (/^map<\s*string\s*,\s*string\s*>$/i.test(type)) return 'MAP(VARCHAR, VARCHAR)';
  return type.toLowerCase() === 'string' ? 'VARCHAR' : type.toUpperCase();
}

function hint(reason: string): string {
  if (/bytes scanned limit/i.test(reason)) {
    return `. Shorten the window, or raise comparison.scanLimitGb and deploy the stack again`;
  }
  return '';
}

function explainAthenaError(error: unknown, action: string, { database, table, workgroup }: AthenaTable): unknown {
  if (error instanceof Error && /MetadataException|EntityNotFound/.test(`${error.name} ${error.message}`)) {
    return new UserError(
      `there is no table ${database}.${table} for the workgroup ${workgroup}: ${error.message}. Deploy it with 'npx cdk deploy comparison'`,
    );
  }
  return explainAwsError(error, { action, policyArn: 'arn:aws:iam::aws:policy/AmazonAthenaFullAccess' });
}

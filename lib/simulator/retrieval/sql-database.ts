import type { PGlite, Results } from '@electric-sql/pglite';

/** One statement, as the Data API takes it. */
interface Statement {
  readonly sql: string;
  /** By name, as in `:name`. @default none */
  readonly parameters?: ReadonlyMap<string, unknown>;
}

export interface SqlResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly updated: number;
}

/** A PostgreSQL with pgvector inside this process: what it refuses, Aurora refuses too. */
export interface SqlDatabase {
  /** Runs one statement as `user`, or as the owner of everything where none is named. @throws SqlError */
  readonly run: (statement: Statement, user?: string) => Promise<SqlResult>;
  /** Runs statements as `user` and takes back what they did. @throws SqlError */
  readonly rehearse: (statements: readonly string[], user: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What PostgreSQL says to a statement that it does not run. */
export class SqlError extends Error {
  /** https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** Loaded when the first cluster is asked: it takes seconds, and only one of the stores needs it. */
export async function openSqlDatabase(): Promise<SqlDatabase> {
  const { PGlite: Database } = await import('@electric-sql/pglite');
  const { vector } = await import('@electric-sql/pglite-pgvector');
  const database: PGlite = await Database.create({ extensions: { vector } });
  return {
    run: async ({ sql, parameters = new Map() }, user) => {
      const { text, values } = numbered(sql, parameters);
      return await translated(async () => {
        if (user === undefined) return resultOf(await database.query(text, values, { rowMode: 'array' }));
        await database.query(`SET ROLE ${quoted(user)}`);
        try {
          return resultOf(await database.query(text, values, { rowMode: 'array' }));
        } finally {
          await database.query('RESET ROLE');
        }
      });
    },
    rehearse: async (statements, user) => {
      await translated(async () => {
        await database.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL ROLE ${quoted(user)}`);
          for (const sql of statements) await transaction.query(sql);
          await transaction.rollback();
        });
      });
    },
    close: async () => await database.close(),
  };
}

/** `:name` is `$1` to PostgreSQL; `::type` is a cast. */
function numbered(sql: string, parameters: ReadonlyMap<string, unknown>): { text: string; values: unknown[] } {
  const names: string[] = [];
  const text = sql.replace(/(?<!:):([a-z_]\w*)/gi, (written, name: string) => {
    if (!parameters.has(name)) return written;
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, values: names.map((name) => parameters.get(name)) };
}

function resultOf({ fields, rows, affectedRows }: Results<unknown>): SqlResult {
  return {
    columns: fields.map(({ name }) => name),
    rows: rows as readonly (readonly unknown[])[],
    updated: affectedRows ?? 0,
  };
}

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message, code } = error as { readonly message?: string; readonly code?: string };
    throw new SqlError(message ?? String(error), code ?? 'XX000');
  }
}

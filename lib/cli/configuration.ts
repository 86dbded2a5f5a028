import { join } from 'node:path';
import { z } from 'zod';
import { priceBookOfRegion } from '../aws/prices/book-file.ts';
import { dayOf } from '../billing/days.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { parseConfig, readTextFile } from '../config/config.ts';
import { configuredOf, unconfigured } from '../config/configured.ts';
import type { Configured } from '../cost/configured.ts';
import { UserError } from '../errors/user-error.ts';
import { READ_ONCE } from '../json/read-once.ts';
import { strictJson } from '../json/strict-json.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { Io } from './command.ts';

const FILE = 'config/environment.json';

/** The priced part of a configuration, and the price book that was read for it. */
interface ReadConfiguration {
  readonly configured: Configured;
  /** Folder under `config/prompts` of what `promptOnly` sends. */
  readonly promptId?: string | undefined;
  readonly book?: PriceBook | undefined;
}

/** Nothing but what makes the rest of the file worth reading. */
const regional = z.looseObject({ region: z.string() });

/**
 * Reads what is configured. Where there is no file the defaults of the configuration stand in its place; one that cannot be used
 * is told of, and nothing is taken from it: a bill is compared and a whole workload priced all the same.
 */
export async function readConfiguration(catalogue: ModelCatalogue, io: Io): Promise<ReadConfiguration> {
  const readText = (path: string): string | null => readTextFile(io.root, join('config', path));
  try {
    const text = readText('environment.json');
    if (text === null) return { configured: unconfigured(catalogue) };
    const json = strictJson(text, FILE);
    const { data } = regional.safeParse(json, READ_ONCE);
    const book = data === undefined ? undefined : await bookOf(data.region, io);
    const today = dayOf(io.now());
    const config = parseConfig(json, { catalogue, priceBook: () => book ?? null, readText, today }, FILE);
    return { configured: configuredOf(config), promptId: config.promptOnly.prompt.id, book };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    io.stderr.write(`warning: nothing is taken from ${FILE}: ${error.message}\n`);
    return { configured: NOTHING };
  }
}

/** The price book of a Region; undefined where it cannot be read, which the command that needs it reports. */
async function bookOf(region: string, io: Io): Promise<PriceBook | undefined> {
  try {
    return await priceBookOfRegion(io.root, region);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const NOTHING: Configured = {
  region: undefined,
  promptOnly: undefined,
  ragModel: undefined,
  rag: undefined,
  fineTuning: undefined,
  continuedPretraining: undefined,
  distillation: undefined,
  stacks: {},
};

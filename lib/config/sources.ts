import type { ModelCatalogue } from '../catalogue/models.ts';
import { UserError } from '../errors/user-error.ts';
import { strictJson } from '../json/strict-json.ts';
import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';

/** What the user wrote in `config/` cannot be deployed; nothing is synthesized. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
}

/** What the configuration is checked against. */
export interface ConfigSources {
  readonly catalogue: ModelCatalogue;
  /** `null` where there is no price book for the Region. */
  readonly priceBook: (region: string) => PriceBook | null;
  /** Text of a file under `config`; `null` where there is none. */
  readonly readText: (path: string) => string | null;
  /** `YYYY-MM-DD`: ends of life are reckoned from it. */
  readonly today: string;
}

/** What the section of one path is resolved with. */
export interface SectionContext {
  readonly sources: ConfigSources;
  /** Name of the section in the configuration, such as `promptOnly`. */
  readonly section: string;
  readonly path: PathId;
  readonly region: string;
  /** The configuration file, for messages. */
  readonly file: string;
}

export function configError(file: string, lines: string): ConfigError {
  return new ConfigError(`${file} is not a valid configuration:\n${lines}`);
}

export function readJson(path: string, readText: ConfigSources['readText']): unknown {
  const text = readText(path);
  if (text === null) throw new ConfigError(`config/${path} is missing`);
  try {
    return strictJson(text, `config/${path}`);
  } catch (error) {
    throw error instanceof UserError ? new ConfigError(error.message) : error;
  }
}

/**
 * The model that the catalogue names for a setting which the user has left out.
 * @throws ConfigError where it names none
 */
export function defaultModel(
  role: keyof NonNullable<ModelCatalogue['defaults']>,
  setting: string,
  { sources, section, file }: SectionContext,
): string {
  const id = sources.catalogue.defaults?.[role];
  if (id !== undefined) return id;
  throw configError(
    file,
    `  ${section}.${setting}: is missing, and defaults.${role} of config/models.json names no model either`,
  );
}

/** The prices of a Region: of none where there is no book, so that every price is unknown. */
export function bookOf({ sources, region }: SectionContext): PriceBook {
  return sources.priceBook(region) ?? { region, prices: new Map() };
}

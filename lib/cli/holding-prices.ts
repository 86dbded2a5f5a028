import type { Pricing } from '../aws/cleanup.ts';
import { requiredPriceBook } from '../aws/prices/book-file.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { UserError } from '../errors/user-error.ts';
import { shippedCatalogue } from './catalogue-file.ts';
import type { Io } from './command.ts';
import { tellPrivatePrices } from './private-prices.ts';

/** A file, or undefined where it cannot be used, which makes dollars unknown and nothing else. */
export interface Usable<T> {
  readonly value?: T | undefined;
  /** Why it cannot be used; the message names the file. */
  readonly reason?: string | undefined;
}

async function usable<T>(read: () => Promise<T>): Promise<Usable<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { reason: error instanceof UserError ? error.message : String(error) };
  }
}

export const usableCatalogue = (io: Io): Promise<Usable<ModelCatalogue>> => usable(() => shippedCatalogue(io));

export const usablePriceBook = (io: Io, region: string): Promise<Usable<NonNullable<Pricing['book']>>> =>
  usable(async () => {
    const book = await requiredPriceBook(io.root, region);
    tellPrivatePrices([book], io);
    return book;
  });

/** Returns the line that says why dollars are unknown. */
export const unknownDollars = (reason: string): string => `warning: dollars are unknown: ${reason}\n`;

import type { PriceBook } from '../prices/price-book.ts';
import { privatePricesLine } from '../prices/private-prices.ts';
import type { Io } from './command.ts';

/** Says of each book, once, that prices in it are the account's own. */
export function tellPrivatePrices(books: Iterable<PriceBook>, { stderr }: Pick<Io, 'stderr'>): void {
  const lines = new Set([...books].flatMap((book) => privatePricesLine(book) ?? []));
  for (const line of lines) stderr.write(`${line}\n`);
}

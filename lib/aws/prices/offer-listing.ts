import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PriceService } from '../../meters/price-meters.ts';
import { download, DOWNLOAD_LIMITS, type DownloadLimits } from './download.ts';
import { readOfferFile, type PriceListing } from './offer-file.ts';
import { offerFileUrl } from './price-list-url.ts';

/** Reads the current offer file of a service through a temporary file, which is removed again. */
export async function offerListing(
  base: URL,
  service: PriceService,
  region: string,
  usageTypes: ReadonlySet<string>,
  limits: DownloadLimits = DOWNLOAD_LIMITS,
): Promise<PriceListing> {
  const url = offerFileUrl(base, service, region);
  const folder = await mkdtemp(join(tmpdir(), 'fmpaths-prices-'));
  try {
    const file = join(folder, 'index.json');
    await download(url, file, limits);
    try {
      return await readOfferFile(file, service, region, usageTypes);
    } catch (error) {
      throw new Error(`${url.href} cannot be used: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

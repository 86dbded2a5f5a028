import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isNativeError } from 'node:util/types';

export interface DownloadLimits {
  readonly attempts: number;
  /** Longest silence, from the request to the last byte. */
  readonly idleMs: number;
  readonly maxBytes: number;
  /** Before the second attempt; doubled for each further one. */
  readonly firstBackoffMs: number;
}

/** The largest offer file of one Region that is read is well under 100 MB. */
export const DOWNLOAD_LIMITS: DownloadLimits = {
  attempts: 4,
  idleMs: 30_000,
  maxBytes: 512 * 1024 * 1024,
  firstBackoffMs: 500,
};

/** AWS publishes no such list: the service is not sold in the Region, or not under this name. */
export class NoPriceListError extends Error {}

/** Nobody answers at the address: another file of the same host would not come either. */
export class UnreachableError extends Error {}

const UNREACHABLE = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Trying again cannot help. */
class FinalError extends Error {}

/**
 * Fetches a file to disk. Tries again after a network error, a silence, a 429 or a 5xx; never after another status, and
 * follows no redirect.
 * @throws with the address and the last reason
 */
export async function download(url: URL, file: string, limits: DownloadLimits): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await downloadOnce(url, file, limits);
      return;
    } catch (error) {
      if (error instanceof NoPriceListError) throw error;
      if (error instanceof FinalError || attempt === limits.attempts) {
        throw new (isUnreachable(error) ? UnreachableError : Error)(
          `${url.href}: ${reasonOf(error)} (attempt ${attempt} of ${limits.attempts})`,
          { cause: error },
        );
      }
      await sleep(limits.firstBackoffMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

async function downloadOnce(url: URL, file: string, { idleMs, maxBytes }: DownloadLimits): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(new Error(`nothing came for ${idleMs / 1000} s`));
  }, idleMs);
  try {
    const response = await fetch(url, { redirect: 'manual', signal: silence.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      // the bucket behind the address answers 403 for what does not exist
      if (response.status === 404 || response.status === 403) throw new NoPriceListError(`there is no ${url.href}`);
      const retriable = response.status === 429 || response.status >= 500;
      throw new (retriable ? Error : FinalError)(`HTTP status ${response.status}`);
    }
    let bytes = 0;
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          timer.refresh();
          bytes += chunk.byteLength;
          if (bytes > maxBytes) throw new FinalError(`larger than ${maxBytes} bytes`);
          yield chunk;
        }
      },
      createWriteStream(file),
      { signal: silence.signal },
    );
  } catch (error) {
    throw silence.signal.aborted ? (silence.signal.reason as Error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function isUnreachable(error: unknown): boolean {
  const cause = isNativeError(error) ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  return UNREACHABLE.includes(String(cause?.code));
}

/** `fetch` says only "fetch failed" and hides why. */
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return isNativeError(error.cause) ? `${error.message}: ${error.cause.message}` : error.message;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Largest document that Bedrock takes: https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html */
const MAX_DOCUMENT_BYTES = 50 * 1024 * 1024;

/** Largest metadata sidecar, from the same page. */
const MAX_METADATA_BYTES = 10 * 1024;

const METADATA_SUFFIX = '.metadata.json';

/** What Bedrock reads, from the same page; pictures only where a model parses. */
const TYPES = ['txt', 'md', 'html', 'doc', 'docx', 'csv', 'xls', 'xlsx', 'pdf', 'jpeg', 'jpg', 'png'];

/** One message of the queue: something changed in the bucket. */
export interface Change {
  /** Up to when documents may have changed, in milliseconds. */
  readonly untilMs: number;
  /** Where the function postponed the end of a job: which one. */
  readonly jobId?: string | undefined;
  /** What Bedrock will not take, and why. */
  readonly problem?: { readonly document: string; readonly reason: string } | undefined;
}

/** @throws Error where the message is neither an event of S3 nor a request to sync */
export function readChange(body: string): Change {
  const message: unknown = JSON.parse(body);
  const { sync, changedAt, time, detail } = (typeof message === 'object' && message !== null ? message : {}) as {
    sync?: unknown;
    changedAt?: unknown;
    time?: unknown;
    detail?: { object?: { key?: unknown; size?: unknown } };
  };
  const at = Date.parse(String(changedAt ?? time));
  if (Number.isNaN(at)) throw new Error('the message is neither an event of S3 nor a request to sync');
  const { key, size } = detail?.object ?? {};
  return {
    // S3 tells whole seconds: the change was within the one that begins then
    untilMs: changedAt === undefined ? at + 1_000 : at,
    jobId: typeof sync === 'string' ? sync : undefined,
    problem: typeof key === 'string' ? problemOf(key, typeof size === 'number' ? size : 0) : undefined,
  };
}

function problemOf(document: string, bytes: number): Change['problem'] {
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  if (document.endsWith(METADATA_SUFFIX)) {
    return bytes > MAX_METADATA_BYTES
      ? { document, reason: `a metadata file may have 10 KB, this one has ${(bytes / 1024).toFixed(1)} KB` }
      : undefined;
  }
  // a folder of the S3 console
  if (document.endsWith('/')) return undefined;
  if (bytes > MAX_DOCUMENT_BYTES) {
    return { document, reason: `a document may have 50 MB, this one has ${megabytes} MB: split it` };
  }
  const type = document.includes('.') ? (document.split('.').at(-1) ?? '').toLowerCase() : '';
  return TYPES.includes(type)
    ? undefined
    : { document, reason: `type '${type}' is none that Bedrock reads (${TYPES.join(', ')}): convert it` };
}

import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { gunzipSync } from 'node:zlib';
import { RunError } from '../../lib/errors/run-error.ts';
import { objectsBelow } from '../../lib/lifecycle/objects-below.ts';
import { parseUri } from './s3-address.ts';

/**
 * Logged calls that a distillation needs, of all models, or of its teacher where the logged answers are taken (Bedrock user guide,
 * "Use invocation logs for data preparation").
 */
const LEAST_CALLS = 100;

/** Most accounts have enough in a few objects; where they do not, no more than these are read. */
const MOST_OBJECTS = 500;
const MOST_OBJECT_BYTES = 16e6;
/** Compressed eight times, 800 MB of text: 7 s of one core. */
const MOST_BYTES = 100e6;
/** Of one object, in a function with 1 GB: held as bytes, and as text of up to twice as many. */
const MOST_TEXT_BYTES = 128e6;

interface LoggedCalls {
  readonly bytes: number;
  /** What is not known. */
  readonly warnings: readonly string[];
}

/**
 * Sums the logs up and counts the calls in them, up to as many as are needed.
 * @param teacherId only calls of this model count
 * @throws RunError where all of the logs hold fewer
 */
export async function loggedCalls(
  uri: string,
  teacherId: string | undefined,
  s3: Pick<S3Client, 'send'>,
): Promise<LoggedCalls> {
  const { bucket, key: folder } = parseUri(uri);
  let bytes = 0;
  let calls = 0;
  let read = 0;
  let readBytes = 0;
  let unread = 0;
  let reason = `only ${MOST_OBJECTS} objects of at most ${MOST_OBJECT_BYTES / 1e6} MB, and ${MOST_BYTES / 1e6} MB of all, are read`;
  for await (const { Key: key = '', Size: size = 0 } of objectsBelow(s3, bucket, folder)) {
    bytes += size;
    // what is too long for a record lies apart, below data/
    if (calls >= LEAST_CALLS || !key.endsWith('.json.gz') || key.includes('/data/')) continue;
    if (read >= MOST_OBJECTS || size > MOST_OBJECT_BYTES || readBytes + size > MOST_BYTES) {
      unread += 1;
      continue;
    }
    read += 1;
    readBytes += size;
    const found = await callsIn(s3, bucket, key, teacherId);
    if (typeof found === 'number') calls += found;
    else {
      unread += 1;
      reason = found.unreadable;
    }
  }
  const wanted = `calls${teacherId === undefined ? '' : ` of ${teacherId}`} with their text`;
  if (calls < LEAST_CALLS && unread === 0) {
    throw new RunError(
      `the logs under '${uri}' hold ${calls} ${wanted}, and a distillation needs at least ${LEAST_CALLS}: give a folder with more, or a dataset`,
    );
  }
  return {
    bytes,
    warnings:
      calls < LEAST_CALLS
        ? [
            `whether the logs under '${uri}' hold the ${LEAST_CALLS} ${wanted} that a distillation needs is not known: ${calls} were found, and ${unread} objects not read (${reason})`,
          ]
        : [],
  };
}

/** Calls in one object; a call behind an application profile may be one of the teacher. */
async function callsIn(
  s3: Pick<S3Client, 'send'>,
  Bucket: string,
  Key: string,
  teacherId: string | undefined,
): Promise<number | { readonly unreadable: string }> {
  let gzip: Uint8Array;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    gzip = (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    // as where the key of the logs may not be used from here
    if (error instanceof Error && error.name === 'AccessDenied') return { unreadable: error.message };
    throw error;
  }
  const counts = ({ schemaType, modelId = '', input, output }: LogRecord): boolean =>
    schemaType === 'ModelInvocationLog' &&
    hasText(input) &&
    (teacherId === undefined ||
      (hasText(output) && (modelId.includes(teacherId) || modelId.includes('application-inference-profile'))));
  try {
    const lines = gunzipSync(gzip, { maxOutputLength: MOST_TEXT_BYTES }).toString('utf8').split('\n');
    return lines.filter((line) => line.trim() !== '' && counts(JSON.parse(line) as LogRecord)).length;
  } catch (error) {
    return { unreadable: String(error) };
  }
}

interface LogRecord {
  readonly schemaType?: string;
  readonly modelId?: string;
  readonly input?: LoggedBody;
  readonly output?: LoggedBody;
}

/** Long bodies lie apart. */
type LoggedBody = Readonly<
  Partial<Record<'inputBodyJson' | 'inputBodyS3Path' | 'outputBodyJson' | 'outputBodyS3Path', unknown>>
>;

const hasText = (body: LoggedBody = {}): boolean =>
  (body.inputBodyJson ?? body.inputBodyS3Path ?? body.outputBodyJson ?? body.outputBodyS3Path) !== undefined;

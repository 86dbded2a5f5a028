/**
 * Runs the deployed bundle's streaming handler in this process and prints when each part of its answer was written: the
 * emulator cannot show that. Arguments: the bundle, and the event as JSON. One JSON line a part.
 */
import type { Context } from 'aws-lambda';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

type Work = (event: unknown, stream: Writable, context: Context) => Promise<void>;

const [bundle = '', event = ''] = process.argv.slice(2);
const TIMEOUT_MS = 300_000;

const startedMs = performance.now();
const stream = new Writable({
  write: (part: Buffer, _encoding, done) => {
    const atMs = Math.round(performance.now() - startedMs);
    process.stderr.write(`${JSON.stringify({ atMs, text: part.toString() })}\n`);
    done();
  },
});

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (work: Work) => work,
    HttpResponseStream: { from: (response: Writable) => response },
  },
});

const { handler } = (await import(pathToFileURL(bundle).href)) as { readonly handler: Work };
const context = { awsRequestId: 'in-process', getRemainingTimeInMillis: () => TIMEOUT_MS };
// the handler reads no more of its context than this
await handler(JSON.parse(event), stream, context as Context);

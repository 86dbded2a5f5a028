import { requireLoopback } from '../errors/loopback.ts';
import { unverifiedSignature } from './inventory.ts';

export interface FunctionUrlAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface FunctionUrlCall {
  readonly emulatorUrl: string;
  readonly region: string;
  /** As the stack's output has it: a host that exists only inside the emulator. */
  readonly functionUrl: string;
  readonly question: string;
  /** What the caller takes: `text/event-stream` asks for the answer in parts. */
  readonly accept: 'application/json' | 'text/event-stream';
  /** @default true */
  readonly signed?: boolean;
}

/** Asks through the Function URL, which the emulator serves under a path of its own: it answers to no other host. */
export async function callFunctionUrl(call: FunctionUrlCall): Promise<FunctionUrlAnswer> {
  const { href } = requireLoopback(call.emulatorUrl, 'the emulator');
  const [urlId = ''] = new URL(call.functionUrl).hostname.split('.');
  const response = await fetch(`${href.replace(/\/$/, '')}/_aws/lambda-url/${urlId}/`, {
    method: 'POST',
    redirect: 'error',
    headers: {
      'content-type': 'application/json',
      accept: call.accept,
      ...(call.signed === false ? {} : { authorization: unverifiedSignature(call.region, 'lambda') }),
    },
    body: JSON.stringify({ question: call.question }),
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: await response.text(),
  };
}

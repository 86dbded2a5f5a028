/// <reference types="aws-lambda" />
import { setTimeout as sleep } from 'node:timers/promises';
import { respond, type AnswerPath } from './respond.ts';
import type { Pace } from './retry.ts';

/** Real time and chance. */
export const PACE: Pace = { now: Date.now, sleep, random: Math.random };

/** The Lambda handler of a path: streams, whether it is invoked or asked over its URL. */
export function answerHandler(responder: AnswerPath): ReturnType<typeof awslambda.streamifyResponse> {
  return awslambda.streamifyResponse(async (event: unknown, stream, context) => {
    await respond(responder, {
      event,
      requestId: context.awsRequestId,
      remainingMs: context.getRemainingTimeInMillis(),
      stream,
      openHttp: (statusCode, headers) => awslambda.HttpResponseStream.from(stream, { statusCode, headers }),
      // not console.log: it puts time and request id before the line, and CloudWatch then sees no metrics in it
      log: (line) => void process.stdout.write(`${line}\n`),
    });
  });
}

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answerError } from '../../lambda/shared/retry.ts';
import { isPassing } from '../../lib/errors/passing.ts';
import { mayMeanAbsent, refusalOf } from '../../lib/errors/refusals.ts';
import { sdkError } from '../support/pace.ts';

type Quoted = readonly [string, string, number, string, string, RegExp];

/** As public reports quote AWS. */
const QUOTED: readonly Quoted[] = [
  [
    'daily quota',
    'ThrottlingException',
    429,
    'Too many tokens per day, please wait before trying again.',
    'daily_quota_exceeded',
    /tokens per day/,
  ],
  [
    'legacy',
    'ResourceNotFoundException',
    404,
    'Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 15 days.',
    'model_rejected_request',
    /legacy/,
  ],
  [
    'end of life',
    'ResourceNotFoundException',
    404,
    'This model version has reached the end of its life.',
    'model_rejected_request',
    /end of life/,
  ],
  [
    'form',
    'ResourceNotFoundException',
    404,
    'Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before using the model.',
    'model_access_denied',
    /use case form/,
  ],
  [
    'SCP',
    'AccessDeniedException',
    403,
    'User: x is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:::foundation-model/y with an explicit deny in a service control policy',
    'model_access_denied',
    /service control policy/,
  ],
  [
    'guardrail profile',
    'AccessDeniedException',
    403,
    'User: x is not authorized to perform: bedrock:ApplyGuardrail on resource: arn:aws:bedrock:us-west-2:1:guardrail-profile/us.guardrail.v1:0 because no identity-based policy allows it',
    'model_access_denied',
    /guardrail/,
  ],
  [
    'guardrail',
    'ValidationException',
    400,
    'The guardrail identifier or version provided in the request does not exist.',
    'model_rejected_request',
    /guardrail\.id/,
  ],
  [
    'guardrail id',
    'ValidationException',
    400,
    'The provided guardrail identifier is invalid.',
    'model_rejected_request',
    /guardrail\.id/,
  ],
  [
    'marketplace',
    'AccessDeniedException',
    403,
    'Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.',
    'model_access_denied',
    /Marketplace/,
  ],
  [
    'payment',
    'AccessDeniedException',
    403,
    'INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.',
    'model_access_denied',
    /payment/,
  ],
  [
    'access',
    'AccessDeniedException',
    403,
    "You don't have access to the model with the specified model ID.",
    'model_access_denied',
    /no access/,
  ],
  ['account', 'ValidationException', 400, 'Operation not allowed', 'model_access_denied', /AWS Support/],
  [
    'account in the Region',
    'AccessDeniedException',
    403,
    'Your account is not authorized to invoke this API operation.',
    'model_access_denied',
    /AWS Support/,
  ],
  [
    'policy',
    'AccessDeniedException',
    403,
    'User: x is not authorized to perform: bedrock:InvokeModel on resource: y because no identity-based policy allows the bedrock:InvokeModel action',
    'model_access_denied',
    /no policy/,
  ],
  [
    'on demand',
    'ValidationException',
    400,
    'Invocation of model ID x with on-demand throughput isn’t supported.',
    'model_rejected_request',
    /inference profile/,
  ],
  ...[
    'The model returned the following errors: `temperature` is deprecated for this model.',
    'The model returned the following errors: `top_p` is deprecated for this model.',
    "This model doesn't support the temperature field. Remove temperature and try again.",
    "This model doesn't support the topP field. Remove topP and try again.",
    'The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  ].map((text): Quoted => [
    text,
    'ValidationException',
    400,
    text,
    'model_rejected_request',
    /'temperature' or 'topP' of config\/environment\.json/,
  ]),
  [
    'Converse',
    'ValidationException',
    400,
    "This action doesn't support the model that you provided.",
    'model_rejected_request',
    /Converse cannot/,
  ],
];

test.each(QUOTED)('%s is told in words of our own, with the code of AWS', (_, name, status, text, code, means) => {
  for (const dialect of [text, text.toUpperCase(), text.replaceAll("'", '’'), text.replaceAll('’', "'")]) {
    const error = sdkError(name, status, dialect);
    const told = answerError(error);
    expect([told.code, told.message]).toEqual([code, expect.stringMatching(means)]);
    expect(told.message).toContain(`${name}, HTTP ${status}`);
    expect(mayMeanAbsent(error)).toBe(false);
  }
});

test.each(QUOTED)('no step that is told for %s costs money', (_, name, status, text) => {
  expect(refusalOf(sdkError(name, status, text))?.means).not.toMatch(/train|--max-usd|deploy rag|provisioned|buy/i);
});

test('a quota of the day does not pass; one of the minute does', () => {
  const throttled = (text: string, name = 'ThrottlingException') => isPassing(sdkError(name, 429, text));
  expect(throttled('Too many tokens per day, please wait before trying again.')).toBe(false);
  expect(throttled('Too many requests per day, please wait before trying again.')).toBe(false);
  expect(throttled('Daily token limit reached.', 'SomethingNew')).toBe(false);
  expect(throttled('Too many tokens, please wait before trying again.')).toBe(true);
  expect(throttled('Too many requests, please wait before trying again.')).toBe(true);
});

test.each([
  'ThrottlingException',
  'TooManyRequestsException',
  'ServiceQuotaExceededException',
  'LimitExceededException',
  'ServiceUnavailableException',
])('%s tells a quota of the day from one of a shorter period by its text', (name) => {
  const passes = (text: string) => isPassing(sdkError(name, 503, text));
  for (const text of [
    'The limit is 1000 tokens/day.',
    'No tokens are left for the day.',
    'Too many requests per day.',
    'Quota exceeded,\ntry again in 24 hours.',
  ]) {
    expect([text, passes(text)]).toEqual([text, false]);
  }
  for (const text of [
    'Too many tokens per minute. The daily quota is not affected.',
    'Daily usage is fine: too many requests\nper second.',
    'Limit of 5 tokens/minute, 100 tokens/day.',
  ]) {
    expect([text, passes(text)]).toEqual([text, true]);
  }
});

test('a quota of the day does not pass under an error that wraps it, either', () => {
  const daily = sdkError('ThrottlingException', 429, 'Too many tokens per day, please wait before trying again.');
  const wrapped = (levels: number): unknown =>
    levels === 0 ? daily : Object.assign(sdkError('TimeoutError', 503, 'wrapped'), { cause: wrapped(levels - 1) });
  for (const levels of [1, 10]) {
    expect(refusalOf(wrapped(levels))?.code).toBe('daily_quota_exceeded');
    expect(isPassing(wrapped(levels))).toBe(false);
  }
  expect(refusalOf(wrapped(11))).toBeUndefined();
});

test('a known phrase under the name of something else is not known', () => {
  expect(refusalOf(sdkError('InternalServerException', 500, 'marked by provider as Legacy'))).toBeUndefined();
});

test('what AWS says and nobody knows is passed on by name, status and request id, without its text', () => {
  const error = Object.assign(sdkError('ValidationException', 400, 'the text quotes: Why so secret?'), {
    $metadata: { httpStatusCode: 400, requestId: 'a1b2' },
  });
  expect(answerError(error).message).toBe(
    "AWS refused the call (ValidationException, HTTP 400, request ID a1b2): the reason that AWS gave may quote the question, so the function's log has it only with logPrompts on",
  );
});

test('no word of a question reaches the caller, whatever AWS makes of it', () => {
  const names = fc.constantFrom(
    'ValidationException',
    'AccessDeniedException',
    'ResourceNotFoundException',
    'ThrottlingException',
    'Error',
  );
  const phrases = fc.constantFrom('', ...QUOTED.map(([, , , text]) => text));
  const secrets = fc.stringMatching(/^secret-[0-9a-f]{12}$/);
  fc.assert(
    fc.property(names, fc.integer({ min: 400, max: 599 }), phrases, secrets, (name, status, phrase, secret) => {
      const { message } = answerError(sdkError(name, status, `${phrase} ${secret}`));
      return !message.includes(secret);
    }),
  );
});

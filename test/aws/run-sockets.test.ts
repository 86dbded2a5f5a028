import { expect, test } from '@jest/globals';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AskTally, askLambda, askClients, askDataset, type Outcome } from '../../lib/aws/ask-dataset.ts';

const ANSWER = JSON.stringify({
  path: 'prompt-only',
  answer: 'so',
  usage: { inputTokens: 100, outputTokens: 20, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
  latencyMs: 50,
  meteredUsd: 0.25,
  modelArn: 'arn',
  retries: 0,
});

test('as many questions are under way as are asked for, also above the 50 sockets of the SDK', async () => {
  const concurrency = 120;
  let held: ServerResponse[] = [];
  let most = 0;
  const answerAll = (): void => {
    for (const one of held) one.end(ANSWER);
    held = [];
  };
  // no question is answered before all of them wait at the same time, or before none has come for a long while
  let gaveUp: NodeJS.Timeout | undefined;
  const server = createServer((_, response) => {
    held.push(response);
    most = Math.max(most, held.length);
    clearTimeout(gaveUp);
    if (held.length === concurrency) answerAll();
    else gaveUp = setTimeout(answerAll, 2_000);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const environment = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const clients = askClients('us-east-1', concurrency);
  try {
    const questions = Array.from({ length: concurrency }, (_, index) => ({ id: `q${index}`, question: 'why?' }));
    const tally = new AskTally();
    const onOutcome = (outcome: Outcome): void => tally.add(outcome);
    await askDataset(questions, askLambda(clients.lambda, 'answer'), { concurrency, onOutcome });
    expect(tally.summary().answered).toBe(concurrency);
    expect(most).toBe(concurrency);
  } finally {
    clearTimeout(gaveUp);
    process.env = environment;
    clients.lambda.destroy();
    server.closeAllConnections();
    server.close();
  }
});

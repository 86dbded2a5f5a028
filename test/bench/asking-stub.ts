// Plays CloudFormation and Lambda for `fmpaths run`: every question is answered after LATENCY_MS. Prints its port, then after
// each GET the most questions that were under way at the same time since the last one. npx tsx test/bench/asking-stub.ts LATENCY_MS
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const latencyMs = Number(process.argv[2]);

const ANSWER = JSON.stringify({
  path: 'prompt-only',
  answer: 'so',
  usage: { inputTokens: 100, outputTokens: 20, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
  latencyMs,
  meteredUsd: 0,
  modelArn: 'arn',
  retries: 0,
});

const STACK = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackId>arn:aws:cloudformation:us-east-1:111122223333:stack/bench/1</StackId><StackName>bench</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>
<StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member><OutputKey>FunctionName</OutputKey><OutputValue>bench</OutputValue></member></Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

let underWay = 0;
let most = 0;
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(String(most));
    most = 0;
    return;
  }
  const isQuestion = request.url?.includes('/invocations') ?? false;
  if (isQuestion) most = Math.max(most, ++underWay);
  request.resume().once('end', () => {
    if (!isQuestion) response.setHeader('content-type', 'text/xml').end(STACK);
    else
      void (latencyMs === 0 ? Promise.resolve() : sleep(latencyMs)).then(() => {
        underWay -= 1;
        response.setHeader('content-type', 'application/json').end(ANSWER);
      });
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

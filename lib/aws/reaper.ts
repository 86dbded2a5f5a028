import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ReaperAnswer, ReaperOrder } from '../training/reaper-order.ts';

export const lambdaClient = (region: string): LambdaClient => new LambdaClient({ region });

/** Tells the reaper of a stack what to do and waits until it has: up to ten minutes. @throws Error with what it failed on */
export async function orderReaper(
  lambda: Pick<LambdaClient, 'send'>,
  functionName: string,
  order: ReaperOrder,
): Promise<ReaperAnswer> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(order)) }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) {
    throw new Error(
      `${functionName} failed on '${order.action}': ${text.slice(0, 500)}. See 'npx fmpaths cleanup --check'`,
    );
  }
  const answer = answerOf(text);
  if (answer === undefined) {
    throw new Error(
      `${functionName} took '${order.action}' and did not say what came of it: '${text.slice(0, 500)}'. See 'npx fmpaths cleanup --check'`,
    );
  }
  return answer;
}

function answerOf(text: string): ReaperAnswer | undefined {
  try {
    const { removed = [], left = [] } = JSON.parse(text) as Partial<ReaperAnswer>;
    return { removed, left };
  } catch {
    return undefined;
  }
}

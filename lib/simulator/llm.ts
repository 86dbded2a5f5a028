import type { ConverseRequest, PromptBlock } from './converse-request.ts';
import { ServiceError } from './service-error.ts';

interface LlmAnswer {
  readonly stopReason: 'end_turn' | 'max_tokens';
  /** As the server counts them; undefined where it does not say. */
  readonly outputTokens: number | undefined;
}

export interface Llm {
  /** Yields the answer's pieces as they come and returns how it ended. @throws ServiceError `ModelErrorException` */
  readonly answer: (request: ConverseRequest, signal: AbortSignal) => AsyncGenerator<string, LlmAnswer>;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly completion_tokens?: number } | null;
}

/** A real model behind Converse: any server on this machine that offers `/chat/completions`. */
export function llm(baseUrl: URL): Llm {
  const endpoint = (path: string): string => `${baseUrl.href.replace(/\/$/, '')}${path}`;
  let model: Promise<string> | undefined;
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    // a redirect could lead off this machine
    const response = await fetch(endpoint(path), { ...init, redirect: 'error' }).catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw failed(cause instanceof Error ? cause.message : String(cause));
    });
    if (!response.ok) throw failed(`status ${response.status}`);
    return response;
  };
  const firstModel = async (): Promise<string> => {
    const response = await ask('/models', {});
    const { data } = (await response.json()) as { data?: readonly { readonly id?: string }[] };
    const id = data?.[0]?.id;
    if (id === undefined) throw failed('it serves no model');
    return id;
  };

  return {
    async *answer(request, signal) {
      model ??= firstModel().catch((error: unknown) => {
        model = undefined;
        throw error;
      });
      const response = await ask('/chat/completions', {
        method: 'POST',
        signal,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(completionRequest(await model, request)),
      });
      let outputTokens: number | undefined;
      let stopReason: LlmAnswer['stopReason'] = 'end_turn';
      for await (const { choices, usage } of chunks(response)) {
        outputTokens = usage?.completion_tokens ?? outputTokens;
        const [choice] = choices ?? [];
        if (choice?.finish_reason === 'length') stopReason = 'max_tokens';
        const text = choice?.delta?.content ?? '';
        if (text !== '') yield text;
      }
      return { stopReason, outputTokens };
    },
  };
}

function completionRequest(model: string, request: ConverseRequest) {
  const text = (blocks: readonly PromptBlock[]): string =>
    blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('\n');
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      ...(request.system.length === 0 ? [] : [{ role: 'system', content: text(request.system) }]),
      ...request.turns.map(({ role, blocks }) => ({ role, content: text(blocks) })),
    ],
    max_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    ...(request.stopSequences.length === 0 ? {} : { stop: request.stopSequences }),
    ...(request.format === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: request.format.schema } } }),
  };
}

/** Server-sent events: one JSON document a `data:` line, `[DONE]` at the end. */
async function* chunks(response: Response): AsyncGenerator<Chunk> {
  if (response.body === null) throw failed('it answered without a body');
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data:\s*(.*)$/.exec(line)?.[1];
      if (data === undefined || data === '' || data === '[DONE]') continue;
      yield parsed(data);
    }
  }
}

function parsed(data: string): Chunk {
  try {
    return JSON.parse(data) as Chunk;
  } catch {
    throw failed('it sent an event that is not JSON');
  }
}

function failed(reason: string): ServiceError {
  return new ServiceError('ModelErrorException', `The model behind the simulator did not answer: ${reason}.`);
}

import type { ModelEntry } from '../catalogue/models.ts';
import { constraints, type Constraints } from './constraints.ts';
import refusals from './refusals.json' with { type: 'json' };
import { ServiceError, invalid } from './service-error.ts';

export type CacheTtl = '5m' | '1h';

/** A part of the prompt, in the order in which the model reads it. */
export type PromptBlock =
  | { readonly kind: 'text'; readonly text: string; readonly guarded: boolean }
  | { readonly kind: 'cache-point'; readonly ttl: CacheTtl };

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly blocks: readonly PromptBlock[];
}

interface JsonSchemaFormat {
  readonly schema: unknown;
}

/** A Converse request that the simulated service accepts. */
export interface ConverseRequest {
  readonly system: readonly PromptBlock[];
  readonly turns: readonly Turn[];
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly stopSequences: readonly string[];
  readonly tier: 'standard' | 'flex' | 'priority';
  /** As the request gave it, to be echoed. */
  readonly serviceTier: string | undefined;
  readonly guardrail: { readonly identifier: string; readonly version: string; readonly trace: boolean } | undefined;
  readonly format: JsonSchemaFormat | undefined;
}

/** Most cache points of a request (Bedrock user guide, prompt caching). */
const MOST_CACHE_POINTS = 4;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the body of Converse and ConverseStream, and refuses what the service refuses; what the service does but the simulator
 * does not (tools, images, documents, prompt resources, latency optimisation) is refused by name.
 * @throws ServiceError
 */
export function parseConverseRequest(body: unknown, entry: ModelEntry): ConverseRequest {
  const check = constraints();
  const request = check.object('body', body) ?? {};
  refuseUnsimulated(request);
  check.required('messages', request['messages']);
  const turns = readTurns(check, request['messages']);
  const system = (check.list('system', request['system']) ?? []).flatMap((block, index) =>
    readBlock(check, `system.${index}`, block, 'system'),
  );
  const inference = readInference(check, request['inferenceConfig']);
  const tiers = readTiers(check, request['serviceTier']);
  const guardrail = readGuardrail(check, request['guardrailConfig']);
  const format = readFormat(check, request['outputConfig']);
  checkMetadata(check, request['requestMetadata']);
  check.finish();

  checkConversation(turns);
  const parsed = { system, turns, ...inference, ...tiers, guardrail, format };
  checkModelLimits(parsed, entry);
  return parsed;
}

function refuseUnsimulated(request: Members): void {
  for (const member of ['toolConfig', 'promptVariables', 'performanceConfig'] as const) {
    if (request[member] !== undefined)
      throw invalid(`The simulator does not play ${member}: leave it out in a rehearsal.`);
  }
}

function readTurns(check: Constraints, value: unknown): Turn[] {
  return (check.list('messages', value) ?? []).map((member, index) => {
    const at = `messages.${index}`;
    const message = check.object(at, member) ?? {};
    check.required(`${at}.role`, message['role']);
    check.required(`${at}.content`, message['content']);
    const role = check.text(`${at}.role`, message['role'], { oneOf: ['user', 'assistant'] });
    const content = check.list(`${at}.content`, message['content']) ?? [];
    return {
      role: role === 'assistant' ? 'assistant' : 'user',
      blocks: content.flatMap((block, position) => readBlock(check, `${at}.content.${position}`, block, 'message')),
    };
  });
}

function readBlock(check: Constraints, at: string, member: unknown, of: 'system' | 'message'): PromptBlock[] {
  const block = check.object(at, member) ?? {};
  const kinds = Object.keys(block);
  if (kinds.length !== 1) throw invalid(`The content block at ${at} must set exactly one member, got ${kinds.length}.`);
  const [kind = ''] = kinds;
  switch (kind) {
    case 'text': {
      const text = check.text(`${at}.text`, block['text']) ?? '';
      if (text.trim() === '') {
        throw invalid(
          `The text field in the ${of === 'system' ? 'SystemContentBlock' : 'ContentBlock'} object at ${at} is blank. Add text to the text field, and try again.`,
        );
      }
      return [{ kind: 'text', text, guarded: false }];
    }
    case 'guardContent': {
      const guard = check.object(`${at}.guardContent`, block['guardContent']) ?? {};
      const inner = check.object(`${at}.guardContent.text`, guard['text']);
      check.required(`${at}.guardContent.text`, inner);
      const text = check.text(`${at}.guardContent.text.text`, inner?.['text']) ?? '';
      check.required(`${at}.guardContent.text.text`, inner?.['text']);
      return [{ kind: 'text', text, guarded: true }];
    }
    case 'cachePoint': {
      const point = check.object(`${at}.cachePoint`, block['cachePoint']) ?? {};
      check.required(`${at}.cachePoint.type`, point['type']);
      check.text(`${at}.cachePoint.type`, point['type'], { oneOf: ['default'] });
      const ttl = check.text(`${at}.cachePoint.ttl`, point['ttl'], { oneOf: ['5m', '1h'] });
      return [{ kind: 'cache-point', ttl: ttl === '1h' ? '1h' : '5m' }];
    }
    default:
      throw invalid(`The simulator reads text, guardContent and cachePoint blocks, got '${kind}' at ${at}.`);
  }
}

function readInference(check: Constraints, value: unknown) {
  const config = check.object('inferenceConfig', value) ?? {};
  const stopSequences = check.list('inferenceConfig.stopSequences', config['stopSequences'], { max: 2500 }) ?? [];
  return {
    maxTokens: check.number('inferenceConfig.maxTokens', config['maxTokens'], { min: 1, whole: true }),
    temperature: check.number('inferenceConfig.temperature', config['temperature'], { min: 0, max: 1 }),
    topP: check.number('inferenceConfig.topP', config['topP'], { min: 0, max: 1 }),
    stopSequences: stopSequences.flatMap((sequence, index) => {
      const text = check.text(`inferenceConfig.stopSequences.${index + 1}.member`, sequence, { min: 1 });
      return text === undefined ? [] : [text];
    }),
  };
}

function readTiers(check: Constraints, value: unknown): Pick<ConverseRequest, 'tier' | 'serviceTier'> {
  const service = check.object('serviceTier', value);
  if (service !== undefined) check.required('serviceTier.type', service['type']);
  const serviceTier = check.text('serviceTier.type', service?.['type'], {
    oneOf: ['priority', 'default', 'flex', 'reserved'],
  });
  if (serviceTier === 'reserved')
    throw invalid('The account has no reserved capacity: the service tier reserved cannot be used.');
  return { tier: serviceTier === 'flex' || serviceTier === 'priority' ? serviceTier : 'standard', serviceTier };
}

function readGuardrail(check: Constraints, value: unknown): ConverseRequest['guardrail'] {
  const config = check.object('guardrailConfig', value);
  if (config === undefined) return undefined;
  const identifier = check.text('guardrailConfig.guardrailIdentifier', config['guardrailIdentifier'], {
    max: 2048,
    pattern: /(|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+))/,
  });
  const version = check.text('guardrailConfig.guardrailVersion', config['guardrailVersion'], {
    pattern: /(|([1-9][0-9]{0,7})|(DRAFT))/,
  });
  const trace = check.text('guardrailConfig.trace', config['trace'], {
    oneOf: ['enabled', 'disabled', 'enabled_full'],
  });
  check.required('guardrailConfig.guardrailIdentifier', identifier);
  check.required('guardrailConfig.guardrailVersion', version);
  return {
    identifier: identifier ?? '',
    version: version ?? '',
    trace: trace === 'enabled' || trace === 'enabled_full',
  };
}

function readFormat(check: Constraints, value: unknown): JsonSchemaFormat | undefined {
  const format = check.object('outputConfig.textFormat', check.object('outputConfig', value)?.['textFormat']);
  if (format === undefined) return undefined;
  check.required('outputConfig.textFormat.type', format['type']);
  check.text('outputConfig.textFormat.type', format['type'], { oneOf: ['json_schema'] });
  const structure = check.object('outputConfig.textFormat.structure', format['structure']);
  const definition = check.object('outputConfig.textFormat.structure.jsonSchema', structure?.['jsonSchema']);
  check.required('outputConfig.textFormat.structure.jsonSchema.schema', definition?.['schema']);
  const schema = check.text('outputConfig.textFormat.structure.jsonSchema.schema', definition?.['schema']);
  check.finish();
  try {
    return { schema: JSON.parse(schema ?? '') as unknown };
  } catch {
    throw invalid('The schema in outputConfig.textFormat.structure.jsonSchema is not valid JSON.');
  }
}

function checkMetadata(check: Constraints, value: unknown): void {
  const metadata = check.object('requestMetadata', value);
  if (metadata === undefined) return;
  const pairs = Object.entries(metadata);
  check.list('requestMetadata', pairs, { min: 1, max: 16 });
  for (const [key, text] of pairs) {
    const limits = { max: 256, pattern: /[a-zA-Z0-9\s:_@$#=/+,\-.]*/ };
    check.text('requestMetadata.key', key, { min: 1, ...limits });
    check.text(`requestMetadata.${key}`, text, limits);
  }
}

function checkConversation(turns: readonly Turn[]): void {
  const [first] = turns;
  if (first?.role !== 'user') {
    throw invalid(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    );
  }
  for (const [index, turn] of turns.entries()) {
    if (turn.blocks.length === 0) {
      throw invalid(
        `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
      );
    }
    if (turn.role === turns[index - 1]?.role) {
      throw invalid(
        'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
      );
    }
  }
}

/** How a refused temperature or topP is worded: some models answer so themselves, of the others Converse does. */
function refusedSampling(
  { provider, sampling }: ModelEntry,
  { temperature, topP }: ConverseRequest,
): string | undefined {
  const { both, byModel, byConverse } = refusals.sampling;
  if (sampling === 'one-of') return temperature !== undefined && topP !== undefined ? both.message : undefined;
  if (sampling !== 'none') return undefined;
  const texts = byModel.providers.includes(provider) ? byModel : byConverse;
  if (temperature !== undefined) return texts.temperature;
  return topP === undefined ? undefined : texts.topP;
}

function checkModelLimits(request: ConverseRequest, entry: ModelEntry): void {
  const { maxOutputTokens } = entry;
  if (maxOutputTokens !== null && request.maxTokens !== undefined && request.maxTokens > maxOutputTokens) {
    throw invalid(
      `The maximum tokens you requested exceeds the model limit of ${maxOutputTokens}. Try again with a maximum tokens value that is lower than ${maxOutputTokens}.`,
    );
  }
  const refused = refusedSampling(entry, request);
  if (refused !== undefined) throw invalid(refused);
  const { tier } = request;
  if ((tier === 'flex' || tier === 'priority') && !entry.serviceTiers.includes(tier)) {
    throw invalid(`The model does not support the service tier ${tier}.`);
  }
  if (request.format !== undefined && entry.structuredOutput === false) {
    throw invalid('The model does not support the outputConfig.textFormat field. Remove it and try again.');
  }
  const points = [...request.system, ...request.turns.flatMap(({ blocks }) => blocks)].filter(
    ({ kind }) => kind === 'cache-point',
  );
  if (points.length > 0 && entry.promptCaching === null) {
    throw new ServiceError(
      'AccessDeniedException',
      'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.',
    );
  }
  if (points.length > MOST_CACHE_POINTS) {
    throw invalid(
      `The model returned the following errors: A maximum of ${MOST_CACHE_POINTS} cache points may be provided. Found ${points.length}.`,
    );
  }
}

import { createHash } from 'node:crypto';
import type { VirtualClock } from './clock.ts';
import type { CacheTtl, ConverseRequest, PromptBlock } from './converse-request.ts';
import { countTokens } from './tokens.ts';

/** Tokens that frame a message or the system prompt. */
const FRAME_TOKENS = 4;

const TTL_MS: Record<CacheTtl, number> = { '5m': 5 * 60_000, '1h': 60 * 60_000 };

export interface InputTokens {
  /** Neither read from the cache nor written to it. */
  readonly inputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  readonly cacheDetails: readonly { readonly ttl: CacheTtl; readonly inputTokens: number }[];
}

interface Entry {
  readonly ttl: CacheTtl;
  expiresAtMs: number;
}

interface Prefix {
  readonly key: string;
  readonly tokens: number;
  readonly ttl: CacheTtl;
}

export interface PromptCache {
  /** Counts the tokens of a prompt and moves its marked prefixes into the cache. A hit lengthens an entry's life. */
  readonly read: (modelId: string, request: ConverseRequest, minimumTokens: number | null) => InputTokens;
}

export function promptCache(clock: VirtualClock): PromptCache {
  const entries = new Map<string, Entry>();
  return {
    read: (modelId, request, minimumTokens) => {
      const nowMs = clock.now().getTime();
      const { totalTokens, prefixes } = measure(modelId, request);
      // a shorter prefix is ignored without a word; where nobody knows the minimum, nothing is taken to be long enough
      const cached = prefixes.filter(({ tokens }) => minimumTokens !== null && tokens >= minimumTokens);
      const hit = cached.findLast(({ key }) => (entries.get(key)?.expiresAtMs ?? 0) > nowMs);
      const cacheReadInputTokens = hit?.tokens ?? 0;
      const written = cached.filter(({ tokens }) => tokens > cacheReadInputTokens);
      const details = new Map<CacheTtl, number>();
      let end = cacheReadInputTokens;
      for (const { tokens, ttl } of written) {
        details.set(ttl, (details.get(ttl) ?? 0) + tokens - end);
        end = tokens;
      }
      for (const { key, ttl } of cached) {
        const known = entries.get(key);
        const life = known !== undefined && known.expiresAtMs > nowMs ? known.ttl : ttl;
        entries.set(key, { ttl: life, expiresAtMs: nowMs + TTL_MS[life] });
      }
      return {
        inputTokens: totalTokens - end,
        cacheReadInputTokens,
        cacheWriteInputTokens: end - cacheReadInputTokens,
        cacheDetails: [...details].map(([ttl, inputTokens]) => ({ ttl, inputTokens })),
      };
    },
  };
}

/** Walks the prompt in the model's order: system, then the conversation. */
function measure(modelId: string, { system, turns }: ConverseRequest): { totalTokens: number; prefixes: Prefix[] } {
  const hash = createHash('sha256').update(modelId);
  const prefixes: Prefix[] = [];
  let totalTokens = 0;
  const walk = (role: string, blocks: readonly PromptBlock[]): void => {
    hash.update(`\n${role}\n`);
    totalTokens += FRAME_TOKENS;
    for (const block of blocks) {
      if (block.kind === 'text') {
        hash.update(JSON.stringify(block.text));
        totalTokens += countTokens(block.text);
      } else {
        prefixes.push({ key: hash.copy().digest('hex'), tokens: totalTokens, ttl: block.ttl });
      }
    }
  };
  if (system.length > 0) walk('system', system);
  for (const { role, blocks } of turns) walk(role, blocks);
  return { totalTokens, prefixes };
}

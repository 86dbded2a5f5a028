import { describe, expect, test } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelEntry, NamedModel } from '../../lib/catalogue/models.ts';
import { loadConfig, type Config } from '../../lib/config/config.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const root = temporaryFolder();
cpSync(join(ROOT, 'config'), join(root, 'config'), { recursive: true });
const SHIPPED = JSON.parse(readFileSync(join(ROOT, 'config', 'environment.json'), 'utf8')) as {
  promptOnly: Record<string, unknown>;
};

/** What is deployed from the shipped files, with some keys of environment.json changed; undefined leaves one out. */
function load({ promptOnly = {}, ...changes }: { promptOnly?: object; [key: string]: unknown }): Config {
  const environment = { ...SHIPPED, ...changes, promptOnly: { ...SHIPPED.promptOnly, ...promptOnly } };
  writeFileSync(join(root, 'config', 'environment.json'), JSON.stringify(environment));
  return loadConfig(root, new Date('2026-11-30'));
}

const byName = (reason: NamedModel['reason'], kind: NamedModel['kind'] = 'text'): string => {
  const found = Object.entries(CATALOGUE.named ?? {}).find(([, each]) => each.reason === reason && each.kind === kind);
  if (found === undefined) throw new Error(`the catalogue names no ${kind} model that is ${reason}`);
  return found[0];
};

interface Callable {
  readonly model: string;
  readonly region: string;
  readonly profileScope: string;
}

/** A model that matches and answers, and how to call it. */
function callable(matches: (entry: ModelEntry) => boolean): Callable {
  for (const [model, entry] of Object.entries(CATALOGUE.models)) {
    if (entry.kind !== 'text' || entry.endpoint !== 'runtime' || !matches(entry)) continue;
    if (entry.inRegion?.[0] !== undefined) return { model, region: entry.inRegion[0], profileScope: 'in-region' };
    for (const [profileScope, { from, spans }] of Object.entries(entry.profiles)) {
      if (from?.[0] !== undefined && spans !== null) return { model, region: from[0], profileScope };
    }
  }
  throw new Error('the catalogue has no such model that can be called');
}

/** `promptOnly` of it alone: no other path inherits what does not fit that. */
const asked = ({ region, ...model }: Callable, more: object = {}) =>
  load({ region, promptOnly: { ...model, temperature: undefined, ...more } });

describe('models that cannot be chosen are refused, with the reason', () => {
  test.each([
    ['ended', 'is past its end of life: calls to it fail'],
    ['preview', 'is a preview that AWS opens to some accounts only'],
    ['limited', 'is offered to some accounts only'],
    ['one-source', 'is known from one source only'],
  ] as const)('one that is known by name only: %s', (reason, text) => {
    const model = byName(reason);
    expect(() => load({ promptOnly: { model } })).toThrow(`promptOnly.model: '${model}' ${text}`);
    expect(() => load({ rag: { model } })).toThrow(`rag.model: '${model}' ${text}`);
    expect(() => load({ fineTuning: { model } })).toThrow(`fineTuning.model: '${model}' ${text}`);
  });

  test('one that ended is told with the day', () => {
    const model = byName('ended');
    const day = CATALOGUE.named?.[model]?.endOfLife ?? '';
    expect(day).not.toBe('');
    expect(() => load({ promptOnly: { model } })).toThrow(`(end of life ${day}); choose an active one: `);
  });

  test('an embedding model that ended', () => {
    const model = byName('ended', 'embedding');
    expect(() => load({ rag: { embedding: { model } } })).toThrow(
      `embedding.model: '${model}' is past its end of life: calls to it fail`,
    );
  });

  const mantle = Object.entries(CATALOGUE.models).filter(([, { endpoint }]) => endpoint === 'mantle');

  test('there are models on the other endpoint alone', () => {
    expect(mantle.length).toBeGreaterThan(0);
  });

  test.each(mantle)('%s, on the endpoint that the stacks do not call', (model) => {
    expect(() => load({ promptOnly: { model } })).toThrow(
      `promptOnly.model: '${model}' answers on the endpoint bedrock-mantle alone: the stacks call Converse on bedrock-runtime`,
    );
  });
});

describe('temperature and topP', () => {
  const none = callable(({ sampling }) => sampling === 'none');
  const oneOf = callable(({ sampling, lifecycle }) => sampling === 'one-of' && lifecycle.status === 'active');
  const unknown = callable(({ sampling, lifecycle }) => sampling === null && lifecycle.status === 'active');

  test('a model that takes neither is refused with the key to take out, and works without it', () => {
    for (const setting of ['temperature', 'topP']) {
      expect(() => asked(none, { [setting]: 0 })).toThrow(
        `promptOnly.${setting}: '${none.model}' refuses every call that sets ${setting}: leave it out`,
      );
    }
    // no default takes their place
    expect(asked(none).promptOnly).toMatchObject({ modelId: none.model });
    expect(asked(none).promptOnly.temperature).toBeUndefined();
    expect(asked(none).promptOnly.topP).toBeUndefined();
  });

  test('a model that takes one of them takes either, and not both', () => {
    expect(asked(oneOf, { temperature: 0 }).promptOnly.temperature).toBe(0);
    expect(asked(oneOf, { topP: 1 }).promptOnly.topP).toBe(1);
    expect(() => asked(oneOf, { temperature: 0, topP: 1 })).toThrow(
      `promptOnly.topP: '${oneOf.model}' takes either temperature or topP, not both: leave one out`,
    );
  });

  test('where nobody knows, both are a warning', () => {
    expect(asked(unknown, { temperature: 0 }).promptOnly.warnings.join('\n')).not.toContain('temperature');
    expect(asked(unknown, { temperature: 0, topP: 1 }).promptOnly.warnings).toContainEqual(
      `promptOnly.topP: it is not known whether '${unknown.model}' takes temperature and topP together: it may refuse every call`,
    );
  });

  const inUsEast = callable(
    ({ sampling, profiles }) => sampling === 'none' && profiles.us?.from?.includes('us-east-1') === true,
  );
  const ragModel = { model: inUsEast.model, profileScope: 'us' };

  test('rag does not send what it inherits from promptOnly and its own model refuses', () => {
    const { rag } = load({ rag: ragModel });
    expect(rag?.temperature).toBeUndefined();
    expect(rag?.warnings).toContainEqual(
      `rag.temperature: '${inUsEast.model}' does not take that of promptOnly, so none is sent`,
    );
  });

  test('what rag says itself is refused', () => {
    expect(() => load({ rag: { ...ragModel, temperature: 0 } })).toThrow(
      `rag.temperature: '${inUsEast.model}' refuses every call that sets temperature: leave it out`,
    );
  });
});

describe('a base model that AWS retires', () => {
  const retiring = (matches: (entry: ModelEntry) => boolean): { model: string; region: string } => {
    const found = Object.entries(CATALOGUE.models).find(
      ([, entry]) =>
        entry.lifecycle.status === 'legacy' &&
        entry.customization?.types.includes('FINE_TUNING') === true &&
        matches(entry),
    );
    if (found === undefined) throw new Error('the catalogue has no such Legacy model');
    return { model: found[0], region: found[1].customization?.regions[0] ?? '' };
  };
  const onDemand = retiring(({ hosting }) => hosting.includes('on-demand'));
  const provisioned = retiring(({ hosting }) => hosting.every((way) => way === 'provisioned'));
  const { defaults } = CATALOGUE;

  const tuned = ({ model, region }: { model: string; region: string }, more: object = {}) =>
    load({ region, fineTuning: { model, ...more } });

  test('is deployed with warnings of all that comes, with its days', () => {
    const { fineTuning } = tuned(onDemand);
    const told = (text: RegExp) => expect.stringMatching(new RegExp(`^fineTuning\\.model: ${text.source}`));
    expect(fineTuning?.warnings.slice(0, 4)).toEqual([
      told(/'.+' is Legacy since about 2026-09-30: /),
      told(/the provider may raise the price of '.+' from about 2026-12-30 on/),
      // 30 November to 30 March: 120 days
      told(/'.+' reaches its end of life on 2027-03-30, in 120 days/),
      told(/AWS takes no new customization job for a model that is Legacy in the Region: .+ choose /),
    ]);
    expect(fineTuning?.warnings[3]).toContain(defaults?.tuned);
  });

  test('is refused where throughput alone could host what is tuned from it', () => {
    expect(() => tuned(provisioned)).toThrow(
      `fineTuning.model: AWS sells no new Provisioned Throughput for a Legacy model, and '${provisioned.model}' is one since about 2026-09-30: what is tuned from it can be hosted in no other way, so training it would be paid for nothing; choose `,
    );
  });

  test('no default, workload or scenario is one', () => {
    const legacy = Object.entries(CATALOGUE.models).flatMap(([id, { lifecycle }]) =>
      lifecycle.status === 'legacy' ? [id] : [],
    );
    const files = ['environment.json', 'workloads/default.json'].map((file) => `config/${file}`);
    const scenarios = ['customer-service', 'internal-docs-qa', 'legal-finance-summaries', 'mobile-low-latency'];
    for (const file of [...files, ...scenarios.map((name) => `config/scenarios/${name}.json`), 'README.md']) {
      const text = readFileSync(join(ROOT, file), 'utf8');
      expect(legacy.filter((id) => text.includes(id))).toEqual([]);
    }
    expect(legacy.filter((id) => Object.values(defaults ?? {}).includes(id))).toEqual([]);
  });
});

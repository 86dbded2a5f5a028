import { describe, expect, test } from '@jest/globals';
import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { regionForPath } from '../../lib/cost/region-choice.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import type { PathId } from '../../lib/paths.ts';
import { IMPORTS } from '../support/example-config.ts';

const model = (entry: Partial<ModelEntry>): ModelEntry => ({
  name: 'invented',
  provider: 'nobody',
  lifecycle: { status: 'active', endOfLife: null },
  kind: 'text',
  inRegion: [],
  profiles: {},
  released: null,
  endpoint: 'runtime',
  contextWindowTokens: null,
  maxOutputTokens: null,
  promptCaching: null,
  serviceTiers: ['standard'],
  batch: null,
  structuredOutput: null,
  sampling: 'both',
  thinking: null,
  customization: null,
  hosting: [],
  sources: [{ says: 'invented', source: 'nowhere', date: '2026-01-01' }],
  ...entry,
});

const CATALOGUE: ModelCatalogue = {
  customModelImport: {
    ...IMPORTS,
    example: 'plain',
    regions: ['us-west-2'],
    sources: [{ says: 'invented', source: 'nowhere', date: '2026-01-01' }],
  },
  models: {
    'a.everywhere': model({
      inRegion: ['us-west-2'],
      profiles: {
        us: { from: ['us-east-1', 'us-west-2'], spans: null },
        jp: { from: ['ap-northeast-1'], spans: null },
        global: { from: null, spans: 'every-commercial-region' },
      },
    }),
    'a.virginian': model({
      inRegion: ['us-east-1'],
      customization: { types: ['FINE_TUNING', 'DISTILLATION'], tuningId: null, regions: ['us-east-1'] },
    }),
    'a.untunable': model({ inRegion: ['us-east-1', 'us-west-2', 'ap-northeast-1'] }),
    'a.unclear': model({ inRegion: null }),
  },
};
const PRICED = ['us-east-1', 'us-west-2', 'ap-northeast-1'];
const choose = (path: PathId, workload: Workload, region: string, priced = PRICED) =>
  regionForPath(path, workload, region, CATALOGUE, priced);

describe('a path is priced where it can be had', () => {
  test('where the Region asked for offers it, it stays there', () => {
    const inference = { modelId: 'a.everywhere' };
    expect(choose('prompt-only', { inference }, 'ap-northeast-1')).toEqual({ region: 'ap-northeast-1' });
    expect(choose('prompt-only', { inference: { ...inference, profileScope: 'us' } }, 'us-east-1')).toEqual({
      region: 'us-east-1',
    });
  });

  test('a profile of another geography moves it to the nearest Region that can call it', () => {
    const inference = { modelId: 'a.everywhere', profileScope: 'us' };
    expect(choose('prompt-only', { inference }, 'ap-northeast-1')).toEqual({
      region: 'us-west-2',
      moved: { modelId: 'a.everywhere', why: 'not-called-there' },
    });
  });

  test('a model that is customised in one Region only moves there, and only there', () => {
    expect(choose('fine-tuning', { fineTuning: { baseModelId: 'a.virginian' } }, 'ap-northeast-1')).toEqual({
      region: 'us-east-1',
      moved: { modelId: 'a.virginian', why: 'not-customised-there' },
    });
  });

  test('what no priced Region offers stays where it was asked for, and says so', () => {
    const expected = { region: 'us-west-2', nowhere: { modelId: 'a.virginian', why: 'not-customised-there' } };
    const tuned: Workload = { fineTuning: { baseModelId: 'a.virginian' } };
    expect(choose('fine-tuning', tuned, 'us-west-2', ['us-west-2', 'ap-northeast-1'])).toEqual(expected);
    expect(choose('fine-tuning', { fineTuning: { baseModelId: 'a.untunable' } }, 'us-east-1')).toMatchObject({
      nowhere: { why: 'not-customised-there' },
    });
  });

  test('what no Region offers is named, not what a nearer one would', () => {
    const tuned: Workload = { fineTuning: { baseModelId: 'a.virginian', hosting: { kind: 'provisioned' } } };
    expect(choose('fine-tuning', tuned, 'us-west-2')).toEqual({
      region: 'us-west-2',
      nowhere: { modelId: 'a.virginian', why: 'not-hosted-this-way' },
    });
  });

  test('retrieval needs its embedding model in the Region, distillation its teacher too', () => {
    const rag: Workload = {
      inference: { modelId: 'a.untunable' },
      rag: { embedding: { modelId: 'a.virginian', dimensions: 4 } },
    };
    expect(choose('rag', rag, 'us-west-2')).toMatchObject({ region: 'us-east-1', moved: { modelId: 'a.virginian' } });
    const distillation = { studentModelId: 'a.virginian', teacherModelId: 'a.everywhere', teacherProfileScope: 'jp' };
    expect(choose('distillation', { distillation }, 'us-east-1')).toMatchObject({
      nowhere: { modelId: 'a.everywhere' },
    });
    expect(
      choose('distillation', { distillation: { ...distillation, reuseLoggedAnswers: true } }, 'us-east-1'),
    ).toEqual({
      region: 'us-east-1',
    });
  });

  test('an imported model needs a Region with Custom Model Import', () => {
    const imported: Workload = {
      continuedPretraining: { route: 'sagemaker', hosting: { kind: 'imported', customModelUnits: 1 } },
    };
    expect(choose('continued-pretraining', imported, 'ap-northeast-1')).toMatchObject({ region: 'us-west-2' });
    // a catalogue that does not say where it is offered moves nothing
    const { customModelImport, ...silent } = CATALOGUE;
    expect(customModelImport?.regions).toEqual(['us-west-2']);
    expect(regionForPath('continued-pretraining', imported, 'ap-northeast-1', silent, PRICED)).toEqual({
      region: 'ap-northeast-1',
    });
  });

  test.each(['constructor', 'toString', '__proto__'])("the model '%s' is in no catalogue", (modelId) => {
    expect(choose('prompt-only', { inference: { modelId } }, 'us-east-1')).toEqual({ region: 'us-east-1' });
    const distillation = { studentModelId: modelId, teacherModelId: modelId, hosting: { kind: 'on-demand' as const } };
    expect(choose('distillation', { distillation }, 'us-east-1')).toEqual({ region: 'us-east-1' });
  });

  test('what is not known to be missing moves nothing', () => {
    expect(
      choose('prompt-only', { inference: { modelId: 'a.unclear', profileScope: 'in-region' } }, 'us-west-2'),
    ).toEqual({
      region: 'us-west-2',
    });
    expect(choose('prompt-only', { inference: { modelId: 'a.stranger' } }, 'eu-west-1')).toEqual({
      region: 'eu-west-1',
    });
    expect(choose('prompt-only', {}, 'eu-west-1')).toEqual({ region: 'eu-west-1' });
  });
});

import { expect, test } from '@jest/globals';
import { checkWeights } from '../../../lambda/check-run/weights.ts';
import { CATALOGUE } from '../../support/catalogue.ts';
import { objectStore } from './object-store.ts';

const FOLDER = 's3://training/weights/mine/';
const WHOLE = {
  'config.json': '{"model_type": "llama"}',
  'tokenizer_config.json': '{"chat_template": "{{ messages }}"}',
  'tokenizer.json': '{}',
  'model-00001-of-00001.safetensors': 'weights',
};

/** As it is shipped. */
const RULES = CATALOGUE.customModelImport ?? { architectures: [], mostPositions: 0 };

const check = (files: Readonly<Record<string, string>>, purpose: 'import' | 'train-on' = 'import', sizes = {}) =>
  checkWeights(
    FOLDER,
    purpose,
    RULES,
    objectStore(Object.fromEntries(Object.entries(files).map(([name, body]) => [`weights/mine/${name}`, body])), sizes),
  );

const without = (name: keyof typeof WHOLE) =>
  Object.fromEntries(Object.entries(WHOLE).filter(([file]) => file !== name));

test('a model that is whole, of an architecture that is imported, is taken', async () => {
  expect(await check(WHOLE)).toEqual([]);
});

test.each(Object.keys(WHOLE) as (keyof typeof WHOLE)[])('a model without %s is refused', async (name) => {
  await expect(check(without(name))).rejects.toThrow(
    /^the model in 's3:\/\/training\/weights\/mine\/' is not whole, it lacks .+: put it there as save_pretrained writes it/,
  );
});

test('what lies in a folder below, as checkpoints do, is not of the model', async () => {
  const { 'config.json': config, ...rest } = WHOLE;
  await expect(check({ ...rest, 'checkpoint-1/config.json': config })).rejects.toThrow('it lacks config.json:');
});

test('a model to train on may have its weights in another format', async () => {
  const files = { ...without('model-00001-of-00001.safetensors'), 'pytorch_model.bin': 'weights' };
  expect(await check(files, 'train-on')).toEqual([]);
});

test.each(['gpt_oss', 'qwen2_vl', 'qwen3', 'falcon'])(
  'a model of type %s is refused with those that are taken',
  async (type) => {
    await expect(check({ ...WHOLE, 'config.json': `{"model_type": "${type}"}` })).rejects.toThrow(
      `'model_type' in ${FOLDER}config.json must be gpt_bigcode, llama, mistral, mixtral, mllama, qwen2, t5, got '${type}'`,
    );
  },
);

test('a configuration that is no JSON is refused', async () => {
  await expect(check({ ...WHOLE, 'config.json': '<html>' })).rejects.toThrow(`${FOLDER}config.json is no JSON`);
});

test('an architecture of which Converse cannot ask all is taken, and that is said', async () => {
  expect(await check({ ...WHOLE, 'config.json': '{"model_type": "qwen2"}' })).toEqual([
    `${FOLDER} is Qwen2 or Qwen2.5, which share a model_type: Converse cannot ask an imported Qwen2.5, and its run fails after the import`,
  ]);
});

test.each([
  ['llama', 200],
  ['mllama', 100],
])('weights of %s are less than %d GB; what is no weight does not count', async (type, end) => {
  const files = { ...WHOLE, 'config.json': `{"model_type": "${type}"}` };
  const weights = 'weights/mine/model-00001-of-00001.safetensors';
  expect(await check(files, 'import', { [weights]: end * 1e9 - 1, 'weights/mine/tokenizer.json': 9e9 })).toEqual([]);
  await expect(check(files, 'import', { [weights]: end * 1e9 })).rejects.toThrow(
    `the weights in '${FOLDER}' have ${end} GB, and Custom Model Import takes less than ${end} of ${type}`,
  );
});

// Llama 3.1, which AWS names, has 131,072 = 128 x 1,024
test.each([
  ['of a model for text', (positions: number) => ({ model_type: 'llama', max_position_embeddings: positions })],
  [
    'of the text of a multimodal model',
    (positions: number) => ({ model_type: 'mllama', text_config: { max_position_embeddings: positions } }),
  ],
])('a context %s ends at 128K', async (_, config) => {
  const check128K = (positions: number) => check({ ...WHOLE, 'config.json': JSON.stringify(config(positions)) });
  expect(await check128K(131_072)).toEqual([]);
  await expect(check128K(131_073)).rejects.toThrow(
    `'max_position_embeddings' in ${FOLDER}config.json must be at most 131072 for Custom Model Import, got 131073`,
  );
});

const untemplated = { ...WHOLE, 'tokenizer_config.json': '{}' };

test.each(['import', 'train-on'] as const)(
  'to %s: a model without chat template, which Converse cannot ask, is refused',
  async (purpose) => {
    await expect(check(untemplated, purpose)).rejects.toThrow(
      `the model in '${FOLDER}' has no chat template, so Converse could not ask it: take an instruct model`,
    );
  },
);

test.each(['chat_template.jinja', 'chat_template.json'])('the template may lie in %s', async (name) => {
  expect(await check({ ...untemplated, [name]: '{}' })).toEqual([]);
});

test('Flan T5 needs no template', async () => {
  expect(await check({ ...untemplated, 'config.json': '{"model_type": "t5"}' })).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { checkWeights } from '../../../lambda/check-run/weights.ts';
import { objectStore } from './object-store.ts';

const FOLDER = 's3://training/weights/mine/';
const WHOLE = {
  'config.json': '{"model_type": "llama"}',
  'tokenizer_config.json': '{}',
  'tokenizer.json': '{}',
  'model-00001-of-00001.safetensors': 'weights',
};

const check = (files: Readonly<Record<string, string>>, purpose: 'import' | 'train-on' = 'import', sizes = {}) =>
  checkWeights(
    FOLDER,
    purpose,
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

test.each(['gpt_oss', 'qwen2_vl', 'falcon'])(
  'a model of type %s is refused with those that are taken',
  async (type) => {
    await expect(check({ ...WHOLE, 'config.json': `{"model_type": "${type}"}` })).rejects.toThrow(
      `'model_type' in ${FOLDER}config.json must be gpt_bigcode, llama, mistral, mixtral, mllama, qwen2, qwen3, qwen3_moe, t5, got '${type}'`,
    );
  },
);

test('a configuration that is no JSON is refused', async () => {
  await expect(check({ ...WHOLE, 'config.json': '<html>' })).rejects.toThrow(`${FOLDER}config.json is no JSON`);
});

test('Qwen2.5, which Converse cannot ask, looks like Qwen2: that is said', async () => {
  expect(await check({ ...WHOLE, 'config.json': '{"model_type": "qwen2"}' })).toEqual([
    expect.stringContaining('Converse cannot ask an imported Qwen2.5'),
  ]);
});

test('more than 200 GB of weights are refused; what is no weight does not count', async () => {
  const weights = 'weights/mine/model-00001-of-00001.safetensors';
  expect(await check(WHOLE, 'import', { [weights]: 200e9, 'weights/mine/tokenizer.json': 9e9 })).toEqual([]);
  await expect(check(WHOLE, 'import', { [weights]: 200e9 + 1 })).rejects.toThrow(
    `the weights in '${FOLDER}' have 201 GB, and Custom Model Import takes at most 200`,
  );
});

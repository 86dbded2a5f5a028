import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RunError } from '../shared/training-run.ts';
import { objectsBelow, parseUri } from './s3-folder.ts';

/**
 * `model_type` of what Custom Model Import takes and Converse can ask: Bedrock user guide, "Import a customized model" and "Invoke your
 * imported model", which names Qwen2-VL, Qwen2.5-VL and GPT-OSS as what Converse cannot.
 */
const MODEL_TYPES = ['gpt_bigcode', 'llama', 'mistral', 'mixtral', 'mllama', 'qwen2', 'qwen3', 'qwen3_moe', 't5'];

const CONFIG = 'config.json';
const MODEL_FILES: readonly (readonly [string, RegExp])[] = [
  [CONFIG, /^config\.json$/],
  ['tokenizer_config.json', /^tokenizer_config\.json$/],
  ['tokenizer.json or tokenizer.model', /^tokenizer\.(?:json|model)$/],
];
const WEIGHTS = ['*.safetensors', /\.safetensors$/] as const;

/** What Custom Model Import takes of text models: 200 GB. */
const MOST_BYTES = 200e9;

/** A model as Hugging Face writes it. */
type Purpose = 'train-on' | 'import';

/**
 * Looks at the files of a model: what Custom Model Import would refuse is refused before anything is trained or imported.
 * @param folder address that ends in a slash
 * @returns what is not known
 */
export async function checkWeights(folder: string, purpose: Purpose, s3: Pick<S3Client, 'send'>): Promise<string[]> {
  const { bucket, key } = parseUri(folder);
  const files = new Map<string, number>();
  for await (const object of objectsBelow(s3, folder)) {
    const name = object.key.slice(key.length);
    if (!name.includes('/')) files.set(name, object.bytes);
  }
  const needed = purpose === 'import' ? [...MODEL_FILES, WEIGHTS] : MODEL_FILES;
  const missing = needed.filter(([, pattern]) => ![...files.keys()].some((name) => pattern.test(name)));
  if (missing.length > 0) {
    throw new RunError(
      `the model in '${folder}' is not whole, it lacks ${missing.map(([name]) => name).join(', ')}: put it there as save_pretrained writes it, an adapter merged into its base, with 'aws s3 cp --recursive FOLDER ${folder}'`,
    );
  }
  const bytes = [...files].reduce((sum, [name, size]) => sum + (WEIGHTS[1].test(name) ? size : 0), 0);
  if (bytes > MOST_BYTES) {
    throw new RunError(
      `the weights in '${folder}' have ${Math.ceil(bytes / 1e9)} GB, and Custom Model Import takes at most ${MOST_BYTES / 1e9}`,
    );
  }
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${key}${CONFIG}` }));
  const modelType = modelTypeOf((await Body?.transformToString()) ?? '', `${folder}${CONFIG}`);
  if (!MODEL_TYPES.includes(modelType)) {
    throw new RunError(
      `'model_type' in ${folder}${CONFIG} must be ${MODEL_TYPES.join(', ')}, got '${modelType}': Custom Model Import takes no other that Converse can ask`,
    );
  }
  return modelType === 'qwen2'
    ? [
        `${folder} is Qwen2 or Qwen2.5, which look alike: Converse cannot ask an imported Qwen2.5, and its run fails after the import`,
      ]
    : [];
}

function modelTypeOf(text: string, uri: string): string {
  try {
    return String((JSON.parse(text) as { readonly model_type?: unknown }).model_type);
  } catch (cause) {
    throw new RunError(`${uri} is no JSON: put the one of the model there`, { cause });
  }
}

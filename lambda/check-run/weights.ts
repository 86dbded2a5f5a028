import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RunError } from '../../lib/errors/run-error.ts';
import { objectsBelow } from '../../lib/lifecycle/objects-below.ts';
import type { SageMakerRoute } from '../../lib/training/settings.ts';
import { parseUri } from './s3-address.ts';

const CONFIG = 'config.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
const MODEL_FILES: readonly (readonly [string, RegExp])[] = [
  [CONFIG, /^config\.json$/],
  [TOKENIZER_CONFIG, /^tokenizer_config\.json$/],
  ['tokenizer.json or tokenizer.model', /^tokenizer\.(?:json|model)$/],
];
const WEIGHTS = ['*.safetensors', /\.safetensors$/] as const;

/** Other places of the template: "Handling Custom Chat Templates and Tokenizers". */
const TEMPLATE_FILES = ['chat_template.jinja', 'chat_template.json'];

/** To be trained on, weights may be in another format and of any size, for training writes them anew. */
type Purpose = 'train-on' | 'import';

/**
 * Looks at the files of a model: what Custom Model Import would refuse is refused before anything is trained or imported.
 * @param folder address that ends in a slash
 * @returns what is not known
 */
export async function checkWeights(
  folder: string,
  purpose: Purpose,
  { architectures, mostPositions }: NonNullable<SageMakerRoute['imports']>,
  s3: Pick<S3Client, 'send'>,
): Promise<string[]> {
  const { bucket, key } = parseUri(folder);
  const files = new Map<string, number>();
  for await (const { Key = '', Size = 0 } of objectsBelow(s3, bucket, key)) {
    const name = Key.slice(key.length);
    if (!name.includes('/')) files.set(name, Size);
  }
  const needed = purpose === 'import' ? [...MODEL_FILES, WEIGHTS] : MODEL_FILES;
  const missing = needed.filter(([, pattern]) => ![...files.keys()].some((name) => pattern.test(name)));
  if (missing.length > 0) {
    throw new RunError(
      `the model in '${folder}' is not whole, it lacks ${missing.map(([name]) => name).join(', ')}: put it there as save_pretrained writes it, an adapter merged into its base, with 'aws s3 cp --recursive FOLDER ${folder}'`,
    );
  }
  const config = await readJson(`${folder}${CONFIG}`, s3);
  const modelType = String(config['model_type']);
  const architecture = architectures.find((known) => known.modelType === modelType);
  if (architecture === undefined) {
    throw new RunError(
      `'model_type' in ${folder}${CONFIG} must be ${architectures.map((known) => known.modelType).join(', ')}, got '${modelType}': Custom Model Import takes no other that Converse can ask`,
    );
  }
  const gigabytes = [...files].reduce((sum, [name, size]) => sum + (WEIGHTS[1].test(name) ? size : 0), 0) / 1e9;
  const { names, notByConverse = [], chatTemplate, weightsBelowGb } = architecture;
  if (gigabytes >= weightsBelowGb) {
    throw new RunError(
      `the weights in '${folder}' have ${Math.ceil(gigabytes)} GB, and Custom Model Import takes less than ${weightsBelowGb} of ${modelType}`,
    );
  }
  // a multimodal model says it of its text; a model that does not say it is short
  const ofText = (config['text_config'] ?? config) as Readonly<Record<string, unknown>>;
  const positions = Number(ofText['max_position_embeddings']);
  if (positions > mostPositions) {
    throw new RunError(
      `'max_position_embeddings' in ${folder}${CONFIG} must be at most ${mostPositions} for Custom Model Import, got ${positions}: set it lower`,
    );
  }
  const templated =
    TEMPLATE_FILES.some((name) => files.has(name)) ||
    (await readJson(`${folder}${TOKENIZER_CONFIG}`, s3))['chat_template'] !== undefined;
  if (!templated && chatTemplate === 'needed') {
    throw new RunError(
      `the model in '${folder}' has no chat template, so Converse could not ask it: take an instruct model, or put 'chat_template' into its ${TOKENIZER_CONFIG}`,
    );
  }
  return notByConverse.length === 0
    ? []
    : [
        `${folder} is ${names.join(' or ')}, which share a model_type: Converse cannot ask an imported ${notByConverse.join(' or ')}, and its run fails after the import`,
      ];
}

async function readJson(uri: string, s3: Pick<S3Client, 'send'>): Promise<Readonly<Record<string, unknown>>> {
  const { bucket, key } = parseUri(uri);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = (await Body?.transformToString()) ?? '';
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new RunError(`${uri} is no JSON: put the one of the model there`, { cause });
  }
}

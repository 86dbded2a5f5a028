import { z } from 'zod';
import { regionSchema } from './region.ts';
import { sourcesSchema } from './sources.ts';

const architectureSchema = z.strictObject({
  modelType: z.string().min(1).describe('model_type of config.json'),
  names: z.array(z.string().min(1)).min(1).describe('the models that share it, for messages'),
  notByConverse: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('those of names that Converse cannot ask once they are imported; absent: it can ask all'),
  chatTemplate: z.enum(['needed', 'optional']).describe('needed: Converse cannot ask an import without one'),
  weightsBelowGb: z.int().positive().describe('decimal GB of safetensors that an import must stay below'),
});

const usageTypes = z.array(z.string().min(1)).min(1);

/** What Custom Model Import takes and Converse can ask afterwards. */
export const customModelImportSchema = z
  .strictObject({
    architectures: z.array(architectureSchema).min(1),
    regions: z.array(regionSchema).min(1).optional().describe('Regions that offer it; absent: not known'),
    mostPositions: z.int().positive().describe('highest max_position_embeddings'),
    example: z.string().min(1).describe('model_type of the weights that the rehearsal makes up'),
    usageTypes: z
      .strictObject({
        'cmu-v1': usageTypes.describe('a minute of a custom model unit of the first version'),
        'cmu-v2': usageTypes.describe('a minute of a custom model unit of the second version'),
        storage: usageTypes.describe('a month of a stored custom model unit'),
      })
      .optional()
      .describe('those of the Price List by which imported models are billed, without their Region prefix'),
    sources: sourcesSchema,
  })
  .refine(({ architectures, example }) => architectures.some(({ modelType }) => modelType === example), {
    path: ['example'],
    error: 'must be the modelType of one of architectures',
  })
  .describe('weights that Custom Model Import takes');

type CustomModelImport = z.infer<typeof customModelImportSchema>;

/** The rules that a folder of weights is checked against. */
export type ImportRules = Pick<CustomModelImport, 'architectures' | 'mostPositions'>;

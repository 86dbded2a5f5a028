import { z } from 'zod';
import { sourcesSchema } from './sources.ts';

const acceleratorSchema = z
  .strictObject({
    name: z.string().min(1),
    denseBf16Tflops: z
      .number()
      .positive()
      .nullable()
      .describe(
        'peak of the data sheet for BF16 without sparsity, in 10^12 operations a second; null: it has no BF16, or none is known',
      ),
    memoryMib: z.int().positive().describe('of one accelerator, as EC2 reports it'),
    runsCuda: z
      .boolean()
      .describe('true if it runs CUDA, the only accelerator interface that the training script uses'),
    confidence: z
      .enum(['A', 'B', 'C'])
      .describe('of denseBf16Tflops: A the maker was read, B two independent transcriptions agree, C one'),
    sources: sourcesSchema,
  })
  .describe('one kind of accelerator');

const instanceTypeSchema = z
  .strictObject({
    accelerator: z.string().min(1).nullable().describe('a key of accelerators; null: it has none'),
    accelerators: z.int().min(0),
    ownDisks: z.boolean().describe('true if it has NVMe disks: SageMaker then provisions no volume and bills none'),
  })
  .describe('one instance type, keyed by its name in SageMaker');

const utilisationSchema = z
  .strictObject({
    assumed: z.number().gt(0).max(1).describe('where a workload does not say'),
    from: z.number().gt(0).max(1),
    to: z.number().gt(0).max(1).describe('from and to: the range of public measurements'),
    sources: sourcesSchema,
  })
  .refine(({ assumed, from, to }) => from <= assumed && assumed <= to, { error: 'assumed must be within from and to' })
  .describe(
    'model FLOPs utilisation of training: the share of denseBf16Tflops that the operations of the model come to',
  );

export const trainingInstancesSchema = z
  .strictObject({
    utilisation: utilisationSchema,
    accelerators: z.record(z.string(), acceleratorSchema),
    types: z.record(z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/), instanceTypeSchema),
    sources: sourcesSchema,
  })
  .superRefine(({ accelerators, types }, context) => {
    for (const [type, { accelerator, accelerators: count }] of Object.entries(types)) {
      const refuse = (field: string, message: string): void =>
        context.addIssue({ code: 'custom', path: ['types', type, field], message });
      if (accelerator !== null && !Object.hasOwn(accelerators, accelerator)) {
        refuse('accelerator', `must be one of accelerators: ${Object.keys(accelerators).join(', ')}`);
      }
      if ((accelerator === null) !== (count === 0))
        refuse('accelerators', 'must be 0 where accelerator is null, and only there');
    }
  })
  .describe('SageMaker instances that can train');

type TrainingInstances = z.infer<typeof trainingInstancesSchema>;

export type Accelerator = z.infer<typeof acceleratorSchema>;

export type TrainingUtilisation = z.infer<typeof utilisationSchema>;

/** An instance type with its accelerator. */
export interface InstanceFacts {
  /** Undefined where it has none. */
  readonly accelerator: Accelerator | undefined;
  readonly accelerators: number;
  readonly ownDisks: boolean;
}

/** Returns the facts of an instance type; undefined where the catalogue does not have it. */
export function instanceFacts(
  catalogue: { readonly trainingInstances?: TrainingInstances | undefined } | undefined,
  instanceType: string,
): InstanceFacts | undefined {
  const { types = {}, accelerators = {} } = catalogue?.trainingInstances ?? {};
  const type = Object.hasOwn(types, instanceType) ? types[instanceType] : undefined;
  if (type === undefined) return undefined;
  const accelerator = type.accelerator === null ? undefined : accelerators[type.accelerator];
  return { accelerator, accelerators: type.accelerators, ownDisks: type.ownDisks };
}

/** True if the instance is known to bring its own disks; an unknown one may bill a volume. */
export const hasOwnDisks = (catalogue: Parameters<typeof instanceFacts>[0], instanceType: string): boolean =>
  instanceFacts(catalogue, instanceType)?.ownDisks === true;

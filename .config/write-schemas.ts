// Writes the JSON Schemas that let an editor check and explain the files under config/, and those of what commands print as JSON,
// for the programs that read it: `npm run schemas`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { modelCatalogueSchema } from '../lib/catalogue/models.ts';
import { environmentSchema } from '../lib/config/config.ts';
import { quotasSchema } from '../lib/cost/quotas.ts';
import { workloadSchema } from '../lib/cost/workload.ts';
import { priceBookSchema } from '../lib/prices/price-book.ts';
import { SCHEMA_NAMES, schemaOf, type SchemaName } from '../lib/report/schema-names.ts';
import { outputSchema } from '../lib/report/schemas.ts';

/** File under config/schema -> the schema that the code parses with. */
const SCHEMAS: Record<string, z.ZodType> = {
  'environment.schema.json': environmentSchema,
  'models.schema.json': modelCatalogueSchema,
  'price-book.schema.json': priceBookSchema,
  'quotas.schema.json': quotasSchema,
  'workload.schema.json': workloadSchema,
};

/** File name -> JSON Schema of what a user writes, where what has a default may be left out, and of what commands print. */
export function jsonSchemas(): [file: string, schema: object][] {
  return [
    ...Object.entries(SCHEMAS).map(([file, schema]): [string, object] => [
      file,
      z.toJSONSchema(schema, { io: 'input' }),
    ]),
    ...SCHEMA_NAMES.map((name): [string, object] => [`output/${name}.schema.json`, outputJsonSchema(name)]),
  ];
}

/** A reader must bear keys that it does not know: a version may get more of them. */
function outputJsonSchema(name: SchemaName): object {
  const { $schema, ...schema } = z.toJSONSchema(outputSchema(name), {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return { $schema, $id: schemaOf(name), ...schema };
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(import.meta.dirname, '..', 'config', 'schema');
  mkdirSync(join(folder, 'output'), { recursive: true });
  for (const [name, schema] of jsonSchemas()) {
    const file = join(folder, name);
    const text = await format(JSON.stringify(schema), { ...(await resolveConfig(file)), filepath: file });
    writeFileSync(file, text);
    process.stdout.write(`config/schema/${name}\n`);
  }
}

// Writes the JSON Schemas that let an editor check and explain the files under config/: `npm run schemas`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { modelCatalogueSchema } from '../lib/catalogue/models.ts';
import { environmentSchema } from '../lib/config/config.ts';
import { workloadSchema } from '../lib/cost/workload.ts';
import { priceBookSchema } from '../lib/prices/price-book.ts';

/** File under config/schema -> the schema that the code parses with. */
const SCHEMAS: Record<string, z.ZodType> = {
  'environment.schema.json': environmentSchema,
  'models.schema.json': modelCatalogueSchema,
  'price-book.schema.json': priceBookSchema,
  'workload.schema.json': workloadSchema,
};

/** File name -> JSON Schema of what a user writes: what has a default may be left out. */
export function jsonSchemas(): [file: string, schema: object][] {
  return Object.entries(SCHEMAS).map(([file, schema]) => [file, z.toJSONSchema(schema, { io: 'input' })]);
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(import.meta.dirname, '..', 'config', 'schema');
  for (const [name, schema] of jsonSchemas()) {
    const file = join(folder, name);
    const text = await format(JSON.stringify(schema), { ...(await resolveConfig(file)), filepath: file });
    writeFileSync(file, text);
    process.stdout.write(`config/schema/${name}\n`);
  }
}

import { z } from 'zod';

export const sourcesSchema = z
  .array(z.strictObject({ says: z.string().min(1), source: z.string().min(1), date: z.iso.date() }))
  .min(1)
  .describe('where each statement was read; the date is the day of the source, or else of the look-up');

import { z } from 'zod';

export const REGION_PATTERN = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

export const regionSchema = z.string().regex(REGION_PATTERN, { error: 'a Region such as us-east-1' });

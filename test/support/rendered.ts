import type { Document } from '../../lib/report/document.ts';
import { render, type Format } from '../../lib/report/format.ts';

/** The whole text of a document. */
export const rendered = (document: Document, format: Format): string => [...render(document, format)].join('');

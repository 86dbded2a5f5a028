import type { RecordRules } from '../catalogue/family.ts';
import type { RecordForm } from '../catalogue/training-records.ts';
import { repeatedKey } from '../json/repeated-key.ts';
import type { TrainingPath } from '../paths.ts';

/** A record that can be trained on, or what keeps it from being one. */
export type RecordReading =
  | { readonly form: RecordForm; readonly texts: readonly string[]; readonly question: string }
  | { readonly problems: readonly RecordProblem[] };

interface RecordProblem {
  readonly rule: string;
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;

const SCHEMA_VERSION = 'bedrock-conversation-2024';

const MOST_IMAGES = 10;

/** What the training script of the SageMaker route takes (lib/sagemaker/train.py). */
export const CORPUS_RULES: RecordRules = {
  forms: ['text', 'input'],
  limits: { min: 1, max: 10_000_000, advised: 100, maxBytes: 50 * 1024 ** 3, source: 'the training script' },
};

const EXAMPLES: Record<RecordForm, string> = {
  conversation: `{"schemaVersion":"${SCHEMA_VERSION}","messages":[{"role":"user","content":[{"text":"…"}]},{"role":"assistant","content":[{"text":"…"}]}]}`,
  'prompt-completion': '{"prompt":"…","completion":"…"}',
  input: '{"input":"…"}',
  text: '{"text":"…"}',
};

export const exampleOf = (forms: readonly RecordForm[]): string => forms.map((form) => EXAMPLES[form]).join(' or ');

/** Reads one line as a record of the data set. */
export function readRecord(line: string, customization: TrainingPath, rules: RecordRules): RecordReading {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return wrong('not-json', `is no JSON (${reason}): write one JSON object a line, without line breaks inside`);
  }
  const twice = repeatedKey(line);
  if (twice !== undefined) {
    return wrong(
      'duplicate-key',
      `has the key ${twice.slice(0, 60)} twice in one object: readers differ in which counts; keep one`,
    );
  }
  if (!isJson(value)) return wrong('not-an-object', `must be a JSON object, got ${kindOf(value)}`);
  const form = formOf(value);
  if (form === undefined || !rules.forms.includes(form)) {
    const got =
      form === undefined
        ? `the keys ${Object.keys(value).slice(0, 5).join(', ') || '(none)'}`
        : `a record of the form ${form}`;
    return wrong('form', `must be like ${exampleOf(rules.forms)}, got ${got}`);
  }
  return form === 'conversation' ? readConversation(value, customization, rules) : readPlain(value, form);
}

function formOf(record: Json): RecordForm | undefined {
  if (Object.hasOwn(record, 'messages') || Object.hasOwn(record, 'schemaVersion')) return 'conversation';
  if (Object.hasOwn(record, 'prompt') || Object.hasOwn(record, 'completion')) return 'prompt-completion';
  if (Object.hasOwn(record, 'input')) return 'input';
  return Object.hasOwn(record, 'text') ? 'text' : undefined;
}

function readPlain(record: Json, form: Exclude<RecordForm, 'conversation'>): RecordReading {
  const keys = form === 'prompt-completion' ? ['prompt', 'completion'] : [form];
  const problems = [...unknownKeys(record, keys), ...keys.flatMap((key) => textProblems(record[key], `'${key}'`))];
  if (problems.length > 0) return { problems };
  const texts = keys.map((key) => String(record[key]));
  return { form, texts, question: texts[0] ?? '' };
}

function readConversation(record: Json, customization: TrainingPath, rules: RecordRules): RecordReading {
  const problems: RecordProblem[] = unknownKeys(record, ['schemaVersion', 'system', 'messages']);
  const note = (rule: string, message: string): void => void problems.push({ rule, message });
  if (record['schemaVersion'] !== SCHEMA_VERSION) {
    note('schema-version', `'schemaVersion' must be "${SCHEMA_VERSION}", got ${shown(record['schemaVersion'])}`);
  }
  const texts: string[] = [];
  const { system, messages } = record;
  if (system !== undefined) {
    if (!Array.isArray(system))
      note('system', `'system' must be a list of texts, got ${kindOf(system)}: leave it out or write [{"text":"…"}]`);
    else texts.push(...(system as unknown[]).flatMap((block, index) => readText(block, `system.${index}`, note)));
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    note(
      'messages',
      `'messages' must be a list with at least one message, got ${Array.isArray(messages) ? 'an empty one' : kindOf(messages)}`,
    );
    return { problems };
  }
  const turns = (messages as unknown[]).map((message, index) => readMessage(message, index, rules, note));
  noteOrder(
    turns.map(({ role }) => role),
    customization,
    note,
  );
  const media = turns.flatMap((turn) => turn.media);
  if (media.length > 0 && customization === 'distillation')
    note('media', 'distillation takes texts only: remove images and videos');
  const videos = media.filter((kind) => kind === 'video').length;
  if (videos > 1 || (videos === 1 && media.length > 1) || media.length > MOST_IMAGES) {
    note(
      'media',
      `a record may have ${MOST_IMAGES} images or one video, not both, got ${media.length - videos} images and ${videos} videos`,
    );
  }
  texts.push(...turns.flatMap((turn) => turn.texts));
  for (const forbidden of rules.forbiddenTexts ?? []) {
    if (!texts.some((written) => written.includes(forbidden))) continue;
    note(
      'forbidden-text',
      `contains '${forbidden}', which makes the job fail: write it differently, such as '${forbidden.replace(/[:[\]<>]/g, '')}'`,
    );
  }
  if (problems.length > 0) return { problems };
  const asked = turns.filter(({ role }) => role === 'user').flatMap((turn) => turn.texts);
  return { form: 'conversation', texts, question: asked.join('\n') };
}

interface Turn {
  readonly role: 'user' | 'assistant' | undefined;
  readonly texts: readonly string[];
  readonly media: readonly ('image' | 'video')[];
}

type Note = (rule: string, message: string) => void;

function readMessage(value: unknown, index: number, { reasoning }: RecordRules, note: Note): Turn {
  const at = `messages.${index}`;
  if (!isJson(value)) {
    note('messages', `'${at}' must be an object, got ${kindOf(value)}`);
    return { role: undefined, texts: [], media: [] };
  }
  for (const { rule, message } of unknownKeys(value, ['role', 'content'], `${at}.`)) note(rule, message);
  const { role, content } = value;
  const known = role === 'user' || role === 'assistant' ? role : undefined;
  if (known === undefined)
    note('role', `'${at}.role' must be "user" or "assistant", got ${shown(role)}; instructions go into 'system'`);
  if (!Array.isArray(content) || content.length === 0) {
    note(
      'content',
      `'${at}.content' must be a list like [{"text":"…"}], got ${Array.isArray(content) ? 'an empty one' : kindOf(content)}`,
    );
    return { role: known, texts: [], media: [] };
  }
  const media: ('image' | 'video')[] = [];
  const texts = (content as unknown[]).flatMap((block, position) => {
    const place = `${at}.content.${position}`;
    const [kind, ...more] = isJson(block) ? Object.keys(block) : [];
    if (more.length === 0 && (kind === 'image' || kind === 'video') && known === 'user') {
      media.push(kind);
      return [];
    }
    if (more.length === 0 && kind === 'reasoningContent' && reasoning === true && known === 'assistant') return [];
    return readText(block, place, note);
  });
  return { role: known, texts, media };
}

function noteOrder(roles: readonly (string | undefined)[], customization: TrainingPath, note: Note): void {
  const mayEndWithUser = customization === 'distillation';
  if (roles.includes(undefined)) return;
  const misplaced = roles.findIndex((role, index) => role !== (index % 2 === 0 ? 'user' : 'assistant'));
  if (misplaced !== -1) {
    note(
      'role-order',
      `must start with user and alternate, got ${shown(roles[misplaced])} as message ${misplaced + 1}: merge or remove messages`,
    );
  } else if (roles.at(-1) === 'user' && !mayEndWithUser) {
    note('role-order', 'must end with an answer of the assistant: that is what the model learns');
  }
}

function readText(block: unknown, at: string, note: Note): string[] {
  if (!isJson(block) || Object.keys(block).length !== 1 || !Object.hasOwn(block, 'text')) {
    note(
      'content',
      `'${at}' must be like {"text":"…"}, got ${isJson(block) ? `the keys ${Object.keys(block).join(', ') || '(none)'}` : kindOf(block)}`,
    );
    return [];
  }
  const problems = textProblems(block['text'], `'${at}.text'`);
  for (const { rule, message } of problems) note(rule, message);
  return problems.length === 0 ? [String(block['text'])] : [];
}

function textProblems(value: unknown, what: string): RecordProblem[] {
  if (typeof value !== 'string') return [{ rule: 'text', message: `${what} must be a text, got ${kindOf(value)}` }];
  if (value.trim() === '') return [{ rule: 'text', message: `${what} must not be empty` }];
  // half of a pair cannot be written as UTF-8: the job would fail on it
  if (/\p{Surrogate}/u.test(value)) {
    return [
      {
        rule: 'lone-surrogate',
        message: `${what} has half a character (a lone \\uD800 to \\uDFFF): remove it or write the whole`,
      },
    ];
  }
  return [];
}

function unknownKeys(record: Json, known: readonly string[], at = ''): RecordProblem[] {
  return Object.keys(record)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      rule: 'unknown-key',
      message: `has the key '${at}${key.slice(0, 60)}', allowed: ${known.join(', ')}`,
    }));
}

function wrong(rule: string, message: string): RecordReading {
  return { problems: [{ rule, message }] };
}

/** Objects are named, not written: they may be nested as deep as the line is long. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${shown(value)}`;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { tokensOfText } from '../catalogue/text-tokens.ts';
import type { TrainingPath } from '../paths.ts';
import type { Workload } from './workload.ts';

/** A number of texts and their tokens in all. */
export interface CountedTexts {
  readonly texts: number;
  readonly tokens: number;
}

/** What a month of questions is made of. */
export interface DatasetTexts {
  readonly name: string;
  readonly description: string;
  readonly requestsPerMonth: number;
  /** The system prompt. */
  readonly instruction: string;
  readonly examples: readonly { readonly question: string; readonly answer: string }[];
  readonly questions: CountedTexts;
  readonly answers: CountedTexts;
  readonly documents?: (CountedTexts & { readonly bytes: number; readonly changedSharePerMonth: number }) | undefined;
  /** Records of what each path is trained on. */
  readonly training: Readonly<Partial<Record<TrainingPath, CountedTexts>>>;
}

export const NO_TEXTS: CountedTexts = { texts: 0, tokens: 0 };

/** The sum with one more text, in tokens of four characters. */
export const withText = ({ texts, tokens }: CountedTexts, text: string): CountedTexts => ({
  texts: texts + 1,
  tokens: tokens + tokensOfText(text),
});

/**
 * The workload of asking the questions of a data set over and over: what is sent and answered is as long as its texts are on
 * average. What it does not hold (models, store, hosting) is configured.
 */
export function datasetWorkload(texts: DatasetTexts): Workload {
  const { name, description, requestsPerMonth, instruction, examples, questions, answers, documents } = texts;
  const answerTokens = mean(answers);
  const shots = examples.reduce((sum, { question, answer }) => withText(withText(sum, question), answer), NO_TEXTS);
  const { 'fine-tuning': tuned, 'continued-pretraining': corpus, distillation: prompts } = texts.training;
  return {
    name,
    description,
    requestsPerMonth,
    request: {
      instruction: { tokens: tokensOfText(instruction) },
      ...(shots.texts === 0 ? {} : { examples: { tokens: shots.tokens } }),
      question: { tokens: mean(questions) },
      answer: { tokens: answerTokens },
    },
    ...(documents === undefined
      ? {}
      : {
          rag: {
            documents: {
              documents: documents.texts,
              tokensPerDocument: mean(documents),
              bytesPerDocument: rounded(documents.bytes / documents.texts),
              changedSharePerMonth: documents.changedSharePerMonth,
            },
          },
        }),
    ...(tuned === undefined ? {} : { fineTuning: { trainingExamples: tuned.texts, tokensPerExample: mean(tuned) } }),
    ...(corpus === undefined ? {} : { continuedPretraining: { corpusTokens: corpus.tokens } }),
    ...(prompts === undefined
      ? {}
      : {
          distillation: {
            prompts: prompts.texts,
            tokensPerPrompt: mean(prompts),
            tokensPerTeacherAnswer: answerTokens,
          },
        }),
  };
}

const mean = ({ texts, tokens }: CountedTexts): number => rounded(tokens / texts);

/** To hundredths, which people can read; a hundred thousand requests differ by less than a cent for it. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

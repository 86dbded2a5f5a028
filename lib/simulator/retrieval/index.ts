import type { DeployedStore } from '../../catalogue/stores.ts';
import { UserError } from '../../errors/user-error.ts';
import type { PathId } from '../../paths.ts';
import type { SimulatorContext } from '../context.ts';
import type { InferenceProfiles } from '../inference-profiles.ts';
import type { UsageRecorder } from '../meter.ts';
import type { SimulatedService } from '../simulated-service.ts';
import type { Tags, MeteredUsage } from '../usage.ts';
import type { HostServices } from './host-services.ts';
import { embeddingUsage, ingestion, storeBillable, type Ingestion } from './ingestion.ts';
import { dataSourceType, knowledgeBaseType } from './knowledge-base-types.ts';
import { knowledgeBases, type IndexedDocument, type KnowledgeBase } from './knowledge-bases.ts';
import { retrieveRoutes } from './retrieve.ts';
import { vectorStores } from './stores.ts';

/** What a knowledge base holds, as it was measured. */
export interface KnowledgeBaseFacts {
  readonly id: string;
  readonly arn: string;
  readonly path: PathId | null;
  readonly tags: Tags;
  readonly store: DeployedStore;
  /** Resource of the store that the bill names. */
  readonly storeArn: string;
  /** Buckets that it reads. */
  readonly buckets: readonly string[];
  /** Whether a job of it runs. */
  readonly isSyncing: boolean;
  readonly embeddingModelId: string;
  readonly dimensions: number;
  readonly documents: number;
  readonly sourceBytes: number;
  /** Of the texts themselves. */
  readonly sourceTokens: number;
  /** With what chunks repeat of each other. */
  readonly embeddedTokens: number;
  readonly vectors: number;
  /** Of everything that is kept beside the vectors. */
  readonly textBytes: number;
  /** When the last job completed that brought a document in. */
  readonly indexedAt: Date | undefined;
}

export interface RetrievalMonth {
  readonly requests: number;
  readonly hours: number;
  /** Share of the documents that change in the month and are read, cut and embedded anew. */
  readonly changedShare: number;
}

export interface SimulatedRetrieval {
  readonly parts: readonly SimulatedService[];
  readonly knowledgeBases: () => readonly KnowledgeBaseFacts[];
  /** What a knowledge base bills in a month beside its questions. @throws UserError where there is no such knowledge base */
  readonly month: (knowledgeBaseId: string, month: RetrievalMonth) => MeteredUsage[];
  readonly close: () => Promise<void>;
}

export interface RetrievalEnvironment {
  readonly simulator: SimulatorContext;
  readonly profiles: InferenceProfiles;
  readonly meter: UsageRecorder;
  readonly hostServices: HostServices;
  /** Price by id; `null` where it is missing. */
  readonly usd: (priceId: string) => number | null;
}

/** Knowledge bases with their stores, jobs and questions. */
export function retrieval({ simulator, profiles, meter, hostServices, usd }: RetrievalEnvironment): SimulatedRetrieval {
  const stores = vectorStores({ simulator, hostServices, usd });
  const bases = knowledgeBases({ simulator, profiles, stores, isSyncing: (id) => jobs.isRunning(id) });
  const jobs: Ingestion = ingestion({ simulator, bases, hostServices, meter });

  const documentsOf = ({ id }: KnowledgeBase): IndexedDocument[] =>
    bases.dataSources(id).flatMap(({ documents }) => [...documents.values()]);
  const factsOf = (base: KnowledgeBase): KnowledgeBaseFacts => {
    const documents = documentsOf(base);
    const sum = (value: (document: IndexedDocument) => number): number =>
      documents.reduce((all, document) => all + value(document), 0);
    return {
      id: base.id,
      arn: base.arn,
      path: base.path,
      tags: base.tags,
      store: base.place.kind,
      storeArn: base.place.arn,
      buckets: bases.dataSources(base.id).map(({ bucket }) => bucket),
      isSyncing: jobs.isRunning(base.id),
      embeddingModelId: base.embeddingModelId,
      dimensions: base.dimensions,
      documents: documents.length,
      sourceBytes: sum(({ bytes }) => bytes),
      sourceTokens: sum(({ tokens }) => tokens),
      embeddedTokens: sum(({ embeddedTokens }) => embeddedTokens),
      vectors: sum(({ vectors }) => vectors),
      textBytes: sum(({ textBytes }) => textBytes),
      indexedAt: jobs.indexedAt(base.id),
    };
  };

  return {
    parts: [
      ...stores,
      {
        routes: [...bases.routes, ...jobs.routes, ...retrieveRoutes({ simulator, bases, meter })],
        resources: bases.resources,
        // a knowledge base bills nothing by itself: its store does
        resourceTypes: (call) => ({
          'AWS::Bedrock::KnowledgeBase': knowledgeBaseType(bases, call),
          'AWS::Bedrock::DataSource': dataSourceType(bases, call),
        }),
      },
    ],
    knowledgeBases: () => bases.all().map(factsOf),
    month: (knowledgeBaseId, { requests, hours, changedShare }) => {
      const base = bases.all().find(({ id }) => id === knowledgeBaseId);
      if (base === undefined) throw new UserError(`no knowledge base '${knowledgeBaseId}' to play a month of`);
      const { vectors, textBytes, embeddedTokens } = factsOf(base);
      const { place, path, dimensions } = base;
      const changed = {
        vectors: vectors * changedShare,
        dimensions,
        textBytes: textBytes * changedShare,
      };
      const meters = [
        ...place.monthUsage({ vectors, dimensions, textBytes }, { requests, hours }),
        ...(place.writeUsage?.(changed) ?? []),
      ];
      return [
        ...meters.map((used) => ({ ...used, ...storeBillable(place, path) })),
        embeddingUsage(base.embeddingModelId, path, embeddedTokens * changedShare),
      ];
    },
    close: async () => {
      await Promise.all(stores.map(async ({ close }) => await close?.()));
    },
  };
}

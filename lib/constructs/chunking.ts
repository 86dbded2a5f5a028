import type { CfnDataSource } from 'aws-cdk-lib/aws-bedrock';

/** How documents are cut before they are embedded. */
export type Chunking =
  | { readonly kind: 'fixed'; readonly maxTokens: number; readonly overlapPercentage: number }
  | {
      readonly kind: 'hierarchical';
      readonly parentTokens: number;
      readonly childTokens: number;
      readonly overlapTokens: number;
    }
  | {
      readonly kind: 'semantic';
      readonly maxTokens: number;
      readonly bufferSentences: number;
      readonly breakpointPercentile: number;
    }
  | { readonly kind: 'none' };

export function chunkingConfiguration(chunking: Chunking): CfnDataSource.ChunkingConfigurationProperty {
  switch (chunking.kind) {
    case 'fixed': {
      const { maxTokens, overlapPercentage } = chunking;
      return { chunkingStrategy: 'FIXED_SIZE', fixedSizeChunkingConfiguration: { maxTokens, overlapPercentage } };
    }
    case 'hierarchical':
      return {
        chunkingStrategy: 'HIERARCHICAL',
        hierarchicalChunkingConfiguration: {
          levelConfigurations: [{ maxTokens: chunking.parentTokens }, { maxTokens: chunking.childTokens }],
          overlapTokens: chunking.overlapTokens,
        },
      };
    case 'semantic':
      return {
        chunkingStrategy: 'SEMANTIC',
        semanticChunkingConfiguration: {
          maxTokens: chunking.maxTokens,
          bufferSize: chunking.bufferSentences,
          breakpointPercentileThreshold: chunking.breakpointPercentile,
        },
      };
    case 'none':
      return { chunkingStrategy: 'NONE' };
  }
}

export default {
  rootDir: '..',
  testEnvironment: 'node',
  injectGlobals: false,
  globalSetup: '<rootDir>/.config/jest-temporary-folder.ts',
  // a limit that only a hang meets: jest's own 5 s is met by tests that compute, on a laptop that does something else as well
  testTimeout: 180_000,
  // one more than jest's own choice: the suite is processor time and little else
  maxWorkers: '100%',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript' },
          // data is imported as JSON
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  watchPathIgnorePatterns: ['/cdk.out/', '/.rehearsal/', '/.build/'],
  modulePathIgnorePatterns: ['/cdk.out/', '/.rehearsal/', '/.build/'],
};

import { delimiter, dirname } from 'node:path';

/** What children may know of the user's environment: nothing that names an account, a profile, a proxy or a key. */
const PASSED_ON = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SYSTEMROOT'] as const;

export interface ChildEnvironment {
  /** Holds everything a child writes outside the project. */
  readonly home: string;
  readonly temporaryFolder: string;
  readonly region: string;
  /** @default none: the child has no business with AWS */
  readonly endpointUrl?: string;
  readonly extra?: Readonly<Record<string, string>>;
}

/** The whole environment of a child process, built from an allow-list, with keys that open nothing. */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  { home, temporaryFolder, region, endpointUrl, extra }: ChildEnvironment,
): Record<string, string> {
  const kept = PASSED_ON.flatMap((name) => {
    const value = parent[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    // whatever `node` of the path is, handlers and the CDK run on the node that runs this
    PATH: [dirname(process.execPath), ...(parent['PATH'] === undefined ? [] : [parent['PATH']])].join(delimiter),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: temporaryFolder,
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
    NODE_NO_WARNINGS: '1',
    npm_config_offline: 'true',
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
    ...extra,
  };
}

/** What pip may know: it is the one child that reaches out, to the package index of the user's choice. */
const PASSED_TO_PIP = /^(?:PATH|HOME|LANG|LC_\w+|PIP_\w+|(?:https?|no|all)_proxy|SSL_CERT_\w+|REQUESTS_CA_BUNDLE)$/i;

export function pipEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  temporaryFolder: string,
): Record<string, string> {
  const kept = Object.entries(parent).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED_TO_PIP.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), TMPDIR: temporaryFolder };
}

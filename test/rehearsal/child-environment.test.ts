import { expect, test } from '@jest/globals';
import { childEnvironment, pipEnvironment } from '../../lib/rehearsal/child-environment.ts';

const USER = {
  PATH: '/usr/bin',
  LANG: 'en_US.UTF-8',
  HOME: '/home/somebody',
  AWS_PROFILE: 'production',
  AWS_ACCESS_KEY_ID: 'AKIAREAL',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_ENDPOINT_URL_S3: 'https://s3.us-east-1.amazonaws.com',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.2/',
  AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
  HTTPS_PROXY: 'http://proxy:3128',
  http_proxy: 'http://proxy:3128',
  NODE_OPTIONS: '--require /home/somebody/hook.js',
  NODE_EXTRA_CA_CERTS: '/ca.pem',
  GITHUB_TOKEN: 'ghp_real',
  PIP_INDEX_URL: 'https://mirror.example/simple',
  DOCKER_HOST: 'tcp://10.0.0.1:2375',
  CDK_DEFAULT_ACCOUNT: '123456789012',
};

const child = childEnvironment(USER, { home: '/run/home', temporaryFolder: '/run/tmp', region: 'us-east-1' });

test('a child gets exactly the variables of the list', () => {
  expect(Object.keys(child).sort()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_CONFIG_FILE',
    'AWS_DEFAULT_REGION',
    'AWS_EC2_METADATA_DISABLED',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SHARED_CREDENTIALS_FILE',
    'CDK_DISABLE_CLI_TELEMETRY',
    'CDK_DISABLE_VERSION_CHECK',
    'HOME',
    'LANG',
    'NODE_NO_WARNINGS',
    'PATH',
    'TMPDIR',
    'USERPROFILE',
    'npm_config_offline',
  ]);
});

test('a child can reach no account: its keys open nothing, and it has neither profile nor metadata', () => {
  expect(child).toMatchObject({
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: '/run/home',
    TMPDIR: '/run/tmp',
  });
  const values = Object.values(child).join(' ');
  for (const secret of ['AKIAREAL', 'real', 'production', 'proxy', 'somebody', '123456789012']) {
    expect(values).not.toContain(secret);
  }
});

test('the node that runs this is the node that children find first', () => {
  expect(child['PATH']).toBe(`${process.execPath.replace(/\/node$/, '')}:/usr/bin`);
});

test('what a caller adds is added last', () => {
  const environment = childEnvironment(USER, {
    home: '/run/home',
    temporaryFolder: '/run/tmp',
    region: 'us-east-1',
    endpointUrl: 'http://127.0.0.1:4566',
    extra: { GATEWAY_PORT: '4566' },
  });
  expect(environment).toMatchObject({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', GATEWAY_PORT: '4566' });
});

test('pip gets the way to its index, and nothing of AWS', () => {
  expect(pipEnvironment(USER, '/run/tmp')).toEqual({
    PATH: '/usr/bin',
    LANG: 'en_US.UTF-8',
    HOME: '/home/somebody',
    HTTPS_PROXY: 'http://proxy:3128',
    http_proxy: 'http://proxy:3128',
    PIP_INDEX_URL: 'https://mirror.example/simple',
    TMPDIR: '/run/tmp',
  });
});

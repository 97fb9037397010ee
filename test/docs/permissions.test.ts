import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toStack } from '../../shared/deploy/stack/stack.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';

const page = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
const path = new URL('../../examples/deploy-jobs.yml', import.meta.url);
const file = parseJobs(readFileSync(path, 'utf8'), 'deploy-jobs.yml');

/** What that one has no need of. */
const others = parseJobs(
  `
service: studio
jobs:
  release:
    target: codebuild
    build:
      image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/release:4
      computeType: BUILD_GENERAL1_SMALL
      commands: [./release]
      secrets: [{ name: TOKEN, valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-x1' }]
    events: [{ type: manual }]
`,
  'jobs.yml',
);
const resources = [file, others].flatMap((each) =>
  Object.values(toStack({ file: each, stage: { service: each.service, stage: 'prod' } }).resources),
);

/** Whatever the user's own statements say is theirs to explain. */
const own = new Set(
  file.jobs.flatMap(({ iamRoleStatements = [] }) =>
    iamRoleStatements.flatMap(({ Action = [] }) => (typeof Action === 'string' ? [Action] : Action)),
  ),
);

function actionsIn(data: unknown): readonly string[] {
  if (typeof data === 'string') return /^[a-z0-9]+:[A-Z][A-Za-z]+$/.test(data) ? [data] : [];
  return typeof data === 'object' && data !== null ? Object.values(data).flatMap(actionsIn) : [];
}

const allowed = new Set(
  resources.flatMap(({ Type, Properties = {} }) =>
    Type.startsWith('AWS::IAM::') ? actionsIn([Properties['Policies'], Properties['PolicyDocument']]) : [],
  ),
);

describe('docs/permissions.md', () => {
  it('says what every action is for that a stack with every kind of job and event allows', () => {
    const explained = new Set(page.match(/`[a-z0-9]+:[A-Z][A-Za-z]+`/g)?.map((name) => name.slice(1, -1)));
    expect([...allowed].filter((action) => !explained.has(action) && !own.has(action))).toEqual([]);
  });

  it('names no action that such a stack does not have', () => {
    const named = new Set(page.match(/`[a-z0-9]+:[A-Z][A-Za-z]+`/g)?.map((name) => name.slice(1, -1)));
    const byDeployers = ['iam:CreateRole'];
    expect([...named].filter((action) => !allowed.has(action) && !byDeployers.includes(action))).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { toLogicalId } from '../../../shared/deploy/cloudformation/logical-id.ts';
import type { Resource } from '../../../shared/deploy/cloudformation/template.ts';
import type { OwnedWhole } from '../../../shared/deploy/nested/job-stacks.ts';
import { toTemplates as toTemplatesOf } from '../../../shared/deploy/nested/limits.ts';
import { toStack } from '../../../shared/deploy/stack/stack.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';
import type { JobsFile } from '../../../shared/jobs/schema/file.ts';

function toFile(
  names: readonly string[],
  jobStacks?: number,
  events: readonly object[] = [{ type: 'manual' }],
): JobsFile {
  const jobs = Object.fromEntries(
    names.map((name) => [
      name,
      {
        target: 'fargate',
        container: { image: 'ghcr.io/shop/job:1' },
        resources: { cpu: 0.5, memory: 1024 },
        events,
      },
    ]),
  );
  return parseJobs(JSON.stringify({ service: 'shop', jobs, ...(jobStacks && { jobStacks }) }), 'jobs.yml');
}

const toTemplates = (file: JobsFile, whole: OwnedWhole) =>
  toTemplatesOf(file, whole, (content) => `key-of-${content.length}`);

const toNames = (count: number) => Array.from({ length: count }, (_, index) => `job-${index}`);

/** Three of each job: its role and its definition can go elsewhere, its log group can't. */
function toWhole(names: readonly string[]): OwnedWhole {
  const resources = names.flatMap((name): [string, Resource][] => [
    [
      toLogicalId(name, 'Logs'),
      { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: `/shop/${name}` } },
    ],
    [toLogicalId(name, 'Role'), { Type: 'AWS::IAM::Role', Properties: { Bucket: { Ref: 'Payloads' } } }],
    [
      toLogicalId(name, 'Definition'),
      {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Family: name,
          TaskRoleArn: { 'Fn::GetAtt': [toLogicalId(name, 'Role'), 'Arn'] },
          Logs: { Ref: toLogicalId(name, 'Logs') },
        },
      },
    ],
  ]);
  return {
    resources: { Payloads: { Type: 'AWS::S3::Bucket' }, ...Object.fromEntries(resources) },
    outputs: {},
    others: {},
    owners: {
      resources: toOwners(names, ['Logs', 'Role', 'Definition', 'Named', 'Own']),
      outputs: toOwners(names, ['LogsArn', 'DefinitionArn']),
    },
  };
}

function toOwners(names: readonly string[], kinds: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => kinds.map((kind) => [toLogicalId(name, kind), name] as const)));
}

const idsOf = (resources: object) => Object.keys(resources);

describe('a stack that is too big', () => {
  test('is deployed as one while it has at most 480 resources', () => {
    const names = toNames(159);
    const { resources, nested } = toTemplates(toFile(names), toWhole(names));
    expect(idsOf(resources)).toHaveLength(478);
    expect(nested).toEqual({});
  });

  test('is refused with the number of nested stacks that it needs', () => {
    const names = toNames(200);
    expect(() => toTemplates(toFile(names), toWhole(names))).toThrow(
      'the stack would have 603 resources, and more than 480 are too close to what CloudFormation takes; expected "jobStacks: 2" at the top of jobs.yml, which takes roles and definitions of jobs out of it',
    );
  });

  test('fits with that number', () => {
    const names = toNames(200);
    const { resources, nested } = toTemplates(toFile(names, 2), toWhole(names));
    expect(idsOf(resources)).toHaveLength(201);
    const [one, two] = Object.values(nested).map(({ template }) => idsOf(template.Resources).length);
    expect((one ?? 0) + (two ?? 0)).toBe(400);
    expect(Math.min(one ?? 0, two ?? 0)).toBeGreaterThan(150);
  });

  test('is refused when its log groups alone are too many', () => {
    const names = toNames(500);
    expect(() => toTemplates(toFile(names, 3), toWhole(names))).toThrow(
      'expected fewer jobs: divide them between several jobs.yml, each with a service of its own',
    );
  });

  test('has its outputs beside the jobs that they are of', () => {
    const names = toNames(100);
    const outputs = Object.fromEntries(
      names.flatMap((name) =>
        ['Logs', 'Definition'].map((what) => [
          toLogicalId(name, what, 'Arn'),
          { Value: { 'Fn::GetAtt': [toLogicalId(name, what), 'Arn'] } },
        ]),
      ),
    );
    const whole = { ...toWhole(names), outputs };
    expect(() => toTemplates(toFile(names), whole)).toThrow(
      'the stack would have 200 outputs, and more than 195 are too close to what CloudFormation takes; expected "jobStacks: 2"',
    );
    const split = toTemplates(toFile(names, 2), whole);
    expect(split.outputs).toEqual({});
    const inside = Object.values(split.nested).flatMap(({ template }) => idsOf(template.Outputs));
    expect(inside.toSorted()).toEqual(idsOf(outputs).toSorted());
  });

  test('counts bytes too', () => {
    const whole = toWhole(['job-0']);
    const Properties = { text: 'x'.repeat(1_000_000) };
    const big = { ...whole, resources: { ...whole.resources, Big: { Type: 'AWS::S3::Bucket', Properties } } };
    expect(() => toTemplates(toFile(['job-0']), big)).toThrow(/the stack would have 10\d\d\d\d\d bytes/);
  });
});

describe('nested stacks of jobs', () => {
  const places = (names: readonly string[]) => {
    const { nested } = toTemplates(toFile(names, 3), toWhole(names));
    return new Map(
      Object.entries(nested).flatMap(([id, { template }]) =>
        idsOf(template.Resources).map((resource) => [resource, id] as const),
      ),
    );
  };

  test('keep their resources when jobs come and go', () => {
    const before = places(toNames(20));
    const after = places([...toNames(10), 'another', 'one-more']);
    for (const name of toNames(10))
      expect(after.get(toLogicalId(name, 'Role'))).toBe(before.get(toLogicalId(name, 'Role')));
  });

  test('take what is of their jobs, and nothing that is only called alike', () => {
    const file = toFile(['s'], 1, [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }]);
    const { resources, outputs, owners } = toStack({ file, stage: { service: 'shop', stage: 'prod' } });
    const split = toTemplates(file, { resources, outputs, owners, others: {} });
    const { Resources = {}, Outputs = {} } = split.nested['JobStack1']?.template ?? {};
    expect(idsOf(Resources)).toEqual(['STaskDefinition', 'SJobRole']);
    expect(idsOf(Outputs).filter((name) => !/[0-9a-f]{8}$/.test(name))).toEqual([
      'STaskDefinitionArn',
      'SLogGroupArn',
    ]);
    expect(idsOf(split.resources)).toContain('SqsRole');
    expect(idsOf(split.resources)).toContain('SweepRole');
  });

  test("take no resource whose name would be in its own way, and none of one's own", () => {
    const whole = toWhole(['job-0']);
    const named: Resource = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'shop-job-0' } };
    const file = { ...toFile(['job-0'], 1), resources: { Job0Own: { Type: 'AWS::IAM::Role', line: 1 } } };
    const { resources, nested } = toTemplates(file, {
      ...whole,
      resources: { ...whole.resources, Job0Named: named, Job0Own: { Type: 'AWS::IAM::Role' } },
    });
    expect(idsOf(resources)).toEqual(['Payloads', 'Job0Logs', 'Job0Named', 'Job0Own']);
    expect(idsOf(nested['JobStack1']?.template.Resources ?? {})).toEqual(['Job0Role', 'Job0Definition']);
  });
});

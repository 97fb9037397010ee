import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { toJobsJsonSchema } from '../../shared/jobs/json-schema.ts';

const sourceTypes = [
  'http-api-gateway',
  'application-load-balancer',
  'sqs',
  'sns',
  'event-bus',
  'schedule',
  's3',
  'kinesis-stream',
  'dynamo-db-stream',
  'cloudwatch-log',
  'manual',
];
const fixture: unknown = parse(readFileSync(new URL('fixtures/everything.yml', import.meta.url), 'utf8'));

/** As much of JSON Schema as the schema of jobs.yml uses for its structure. */
type Schema = {
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: Schema | false | undefined;
  readonly items?: Schema | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly allOf?: readonly Schema[] | undefined;
  readonly $ref?: string | undefined;
  readonly definitions?: Readonly<Record<string, Schema>> | undefined;
  readonly pattern?: string | undefined;
  readonly description?: string | undefined;
};

const node: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    properties: z.record(z.string(), node).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.literal(false), node]).optional(),
    items: node.optional(),
    oneOf: z.array(node).optional(),
    anyOf: z.array(node).optional(),
    allOf: z.array(node).optional(),
    $ref: z.string().optional(),
    definitions: z.record(z.string(), node).optional(),
    pattern: z.string().optional(),
    description: z.string().optional(),
  }),
);
const schema = node.parse(toJobsJsonSchema());
const job = partOf(schema.properties?.['jobs']?.additionalProperties);

describe('the JSON Schema of jobs.yml', () => {
  it('is draft-07 and plain JSON', () => {
    expect(toJobsJsonSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'jobs.yml of Signalbox',
      type: 'object',
      required: ['service', 'jobs'],
      additionalProperties: false,
    });
    expect(JSON.parse(JSON.stringify(toJobsJsonSchema()))).toEqual(toJobsJsonSchema());
  });

  it('has every event type', () => {
    expect(
      job.properties?.['events']?.items?.oneOf?.map((event) => event.properties?.['type']?.const),
    ).toEqual(sourceTypes);
  });

  it('requires of a job its target and its events only', () => {
    expect(job.required).toEqual(['target', 'events']);
    expect(job.properties?.['target']?.enum).toEqual([
      'fargate',
      'codebuild',
      'batch',
      'state-machine',
      'process',
    ]);
  });

  it('gives the defaults', () => {
    expect(toJobsJsonSchema()).toHaveProperty(
      ['properties', 'jobs', 'additionalProperties', 'properties', 'retryConfig', 'properties', 'attempts'],
      {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: 1,
        description: 'Runs in all, the first included.',
      },
    );
  });

  it('explains every property of a job and of every event', () => {
    const events = job.properties?.['events']?.items?.oneOf ?? [];
    const explained = [job, ...events.map((event) => partOf(event.properties?.['properties']))];

    expect(explained).toHaveLength(12);
    for (const { properties = {} } of explained) {
      for (const [name, property] of Object.entries(properties)) {
        expect([name, property.description]).toEqual([name, expect.stringMatching(/^.{5,}\.$/)]);
      }
    }
  });

  it('takes the fixture, which uses every one of its properties', () => {
    const used = new Set<Schema>();

    expect(violations(schema, fixture, '', used)).toEqual([]);
    expect(unusedProperties(schema, '', used)).toEqual([]);
  });

  it('refuses unknown properties, at every level', () => {
    const jobs = {
      a: {
        target: 'process',
        timout: 3,
        local: { command: ['x'], shell: true },
        events: [{ type: 'manual', properties: { input: 1 } }],
      },
    };

    expect(violations(schema, { service: 'shop', jobs, x: 1 }, '', new Set()).toSorted()).toEqual([
      '.jobs.a.events[0]: fits none',
      '.jobs.a.local.shell: unknown',
      '.jobs.a.timout: unknown',
      '.x: unknown',
    ]);
  });

  it('takes references in their long form, where they can be', () => {
    const toFile = (sqsQueueArn: unknown, command: unknown = ['x']) => ({
      service: 'shop',
      jobs: {
        a: {
          target: 'process',
          local: { command },
          events: [{ type: 'sqs', properties: { sqsQueueArn } }],
        },
      },
    });
    const queues = [
      { 'Fn::GetAtt': 'Orders.Arn' },
      { 'Fn::GetAtt': ['Orders', 'Arn'] },
      { Ref: 'Orders' },
      { 'Fn::ImportValue': 'orders' },
      { 'Fn::Sub': `\${Orders.Arn}` },
      '{{resolve:ssm:/orders/queue:3}}',
    ];

    for (const queue of queues) expect(violations(schema, toFile(queue), '', new Set())).toEqual([]);
    for (const other of [{ 'Fn::Join': ['', []] }, 'orders', '{{resolve:ssm-secure:/orders}}']) {
      expect(violations(schema, toFile(other), '', new Set())).toEqual(['.jobs.a.events[0]: fits none']);
    }
    expect(violations(schema, toFile(queues[0], [{ Ref: 'Orders' }]), '', new Set())).toEqual([
      '.jobs.a.local.command[0]: is object',
    ]);
  });

  it('takes numbers and booleans for environment variables', () => {
    const value = {
      target: 'process',
      local: { command: ['x'], environment: { A: 1, B: true, C: null } },
      events: [{ type: 'manual' }],
    };

    expect(violations(schema, { service: 'shop', jobs: { a: value } }, '', new Set())).toEqual([
      '.jobs.a.local.environment.C: is null',
    ]);
  });
});

function partOf(part: Schema | false | undefined): Schema {
  if (part === undefined || part === false) throw new Error('no such part of the schema');
  return part;
}

/** What does not fit, in structure; the schemas that were needed for what fits are added to `used`. */
function violations(part: Schema, value: unknown, path: string, used: Set<Schema>): readonly string[] {
  used.add(part);
  const whole =
    part.$ref === undefined
      ? part.allOf?.[0]
      : schema.definitions?.[part.$ref.slice('#/definitions/'.length)];
  if (whole !== undefined) return violations(whole, value, path, used);
  const branches = part.oneOf ?? part.anyOf;
  if (branches !== undefined) {
    const fitting = branches.find((branch) => violations(branch, value, path, new Set()).length === 0);
    return fitting === undefined ? [`${path}: fits none`] : violations(fitting, value, path, used);
  }
  if (part.type !== undefined && ![part.type].flat().includes(typeOf(value, part.type))) {
    return [`${path}: is ${typeOf(value, part.type)}`];
  }
  if (part.const !== undefined && part.const !== value) return [`${path}: is ${String(value)}`];
  if (part.enum !== undefined && !part.enum.includes(value)) return [`${path}: is ${String(value)}`];
  if (part.pattern !== undefined && !new RegExp(part.pattern).test(String(value)))
    return [`${path}: is ${String(value)}`];
  if (Array.isArray(value)) {
    const { items = {} } = part;
    return value.flatMap((entry, index) => violations(items, entry, `${path}[${index}]`, used));
  }
  if (typeof value !== 'object' || value === null) return [];
  const missing = (part.required ?? []).filter((name) => !Object.hasOwn(value, name));
  return [
    ...missing.map((name) => `${path}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, entry]) => {
      const next = part.properties?.[name] ?? part.additionalProperties ?? {};
      return next === false ? [`${path}.${name}: unknown`] : violations(next, entry, `${path}.${name}`, used);
    }),
  ];
}

function unusedProperties(part: Schema, path: string, used: ReadonlySet<Schema>): readonly string[] {
  const properties = Object.entries(part.properties ?? {});
  const parts = [part.items, part.additionalProperties, ...(part.oneOf ?? []), ...(part.anyOf ?? [])];
  return [
    ...properties.filter(([, next]) => !used.has(next)).map(([name]) => `${path}.${name}`),
    ...properties.flatMap(([name, next]) =>
      used.has(next) ? unusedProperties(next, `${path}.${name}`, used) : [],
    ),
    ...parts.flatMap((next) =>
      next === undefined || next === false || !used.has(next) ? [] : unusedProperties(next, path, used),
    ),
  ];
}

function typeOf(value: unknown, expected: string | readonly string[]): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value) && expected === 'integer') return 'integer';
  return typeof value;
}

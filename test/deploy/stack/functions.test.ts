import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFunctions } from '../../../shared/deploy/stack/functions.ts';
import { parseLambdaEnvironment } from '../../../shared/lambda/environment.ts';
import { stackOf, task } from './stack-of.ts';

const queue = { type: 'sqs', properties: { sqsQueueName: 'orders' } };
const route = {
  type: 'http-api-gateway',
  properties: { httpApiGatewayName: 'publicApi', method: 'POST', path: '/orders' },
};

function functionsOf(file: object = {}, events: readonly object[] = [queue, route]) {
  const { context } = stackOf({ ...file, jobs: { orders: { ...task, events } } });
  const files = {
    jobs: '{}',
    deployment: '{}',
    toEnvironment: (name: string): Record<string, string> =>
      name === 'wake' ? { SIGNALBOX_REFERENCES: '{}' } : {},
  };
  return toFunctions(context, files, ['OrdersTaskDefinition']);
}

/** As CloudFormation gives it to the function. */
function resolve(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const text = typeof value === 'string' ? value : String((value as Record<string, unknown>)['Fn::Sub']);
      return [
        name,
        text
          .replace('${AWS::Region}', 'eu-west-1')
          .replace('${AWS::URLSuffix}', 'amazonaws.com')
          .replace('${AWS::AccountId}', '123456789012')
          .replace('${Payloads}', 'media-prod-payloads-1a2b3c'),
      ];
    }),
  );
}

describe('the functions of a stack', () => {
  it('are those of the sources that its jobs use, and those that every stack has', () => {
    const runsApi = { httpApiName: 'publicApi', authorizer: { type: 'iam' } };
    expect(functionsOf().map(({ name }) => name)).toEqual([
      'http-api-gateway',
      'sqs',
      'manual',
      'wake',
      'sweep',
      'state-change',
    ]);
    expect(functionsOf({ runsApi }).at(-1)?.name).toBe('runs-api');
  });

  it('are those of functions/, each with a role of its own', () => {
    for (const { name, handler, roleId, key, description } of functionsOf()) {
      expect(existsSync(new URL(`../../../functions/${name}.ts`, import.meta.url)), name).toBe(true);
      expect([handler, description.length > 10], name).toEqual([`${name}.handler`, true]);
      expect(roleId.toLowerCase()).toBe(`${key}role`.toLowerCase());
    }
  });

  it('have the time that whoever calls them leaves them', () => {
    const timeouts = Object.fromEntries(functionsOf().map(({ name, timeout }) => [name, timeout]));
    expect(timeouts).toEqual({
      'http-api-gateway': 29,
      sqs: 30,
      manual: 60,
      wake: 120,
      sweep: 300,
      'state-change': 60,
    });
  });

  it('may go round only where runs wait for their turn', () => {
    const allowed = functionsOf().filter(({ recursiveLoop }) => recursiveLoop === 'Allow');
    expect(allowed.map(({ name }) => name)).toEqual(['wake']);
  });

  it('are told what they read: their environment is one that they take', () => {
    for (const { name, environment } of functionsOf()) {
      expect(parseLambdaEnvironment(resolve(environment)), name).toEqual({
        jobsPath: '/var/task/jobs.json',
        stage: 'prod',
        ...(name === 'wake' && { references: {} }),
        stores: {
          kind: 'cloud',
          table: 'media-prod-runs',
          payloads: { bucket: 'media-prod-payloads-1a2b3c', prefix: '' },
          wakeQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/media-prod-wake-{target}',
          deploymentPath: '/var/task/deployment.json',
          eventBus: 'default',
        },
      });
    }
  });

  it('announce to the bus of jobs.yml, or to none', () => {
    const busOf = (announcements: unknown) =>
      functionsOf({ announcements })[0]?.environment['SIGNALBOX_EVENT_BUS'];
    expect(busOf({ eventBusName: 'ops' })).toBe('ops');
    expect(busOf('none')).toBeUndefined();
  });

  it('are given what references of jobs.yml stand for', () => {
    const wake = functionsOf().find(({ name }) => name === 'wake');
    expect(wake?.environment['SIGNALBOX_REFERENCES']).toBe('{}');
  });
});

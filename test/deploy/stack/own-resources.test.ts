import { describe, expect, it } from 'vitest';
import { withOwnResources } from '../../../shared/deploy/stack/own-resources.ts';
import type { Declared, Part } from '../../../shared/deploy/stack/part.ts';
import { StackError } from '../../../shared/deploy/stack/stack-error.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';

const stage = { service: 'shop', stage: 'prod' };

const contextOf = (resources: string) => ({
  stage,
  file: parseJobs(
    `service: shop
jobs: { a: { target: codebuild, projectName: build, events: [{ type: sqs, properties: { sqsQueueName: q } }] } }
resources:
  Orders: { Type: AWS::SQS::Queue }
${resources}`,
    'jobs.yml',
  ),
});

const idsIn = (parts: readonly Part[]) => parts.map(({ resources }) => Object.keys(resources));

describe("resources of one's own", () => {
  it('are a part of their own, with their lines', () => {
    const context = contextOf('  Machine: { Type: AWS::StepFunctions::StateMachine, DependsOn: Orders }\n');
    expect(withOwnResources(context, [{ resources: {} }])).toEqual([
      { resources: {} },
      {
        resources: {
          Orders: { Type: 'AWS::SQS::Queue', line: 4 },
          Machine: { Type: 'AWS::StepFunctions::StateMachine', DependsOn: ['Orders'], line: 5 },
        },
      },
    ]);
  });

  it('are left out where an event has made its version of a bucket', () => {
    const context = contextOf('  Uploads: { Type: AWS::S3::Bucket }\n');
    const made: Declared = {
      Type: 'AWS::S3::Bucket',
      Properties: { NotificationConfiguration: {} },
      line: 9,
    };
    expect(idsIn(withOwnResources(context, [{ resources: { Uploads: made } }]))).toEqual([
      ['Uploads'],
      ['Orders'],
    ]);
  });

  it('stay beside what the stack has of that id, so that it is refused', () => {
    const context = contextOf('  Payloads: { Type: AWS::S3::Bucket }\n');
    const parts = [{ resources: { Payloads: { Type: 'AWS::S3::Bucket' } } }];
    expect(idsIn(withOwnResources(context, parts))).toEqual([['Payloads'], ['Orders', 'Payloads']]);
  });

  it.each(['SqsLambdaFunction', 'ManualLogGroup', 'ServerlessDeploymentBucket'])(
    'cannot be called %s, which is made beside the template',
    (id) => {
      const context = contextOf(`  ${id}: { Type: AWS::SQS::Queue }\n`);
      const find = () => withOwnResources(context, []);
      expect(find).toThrow(StackError);
      expect(find).toThrow(`resources.${id}: the stack itself has a resource of that name; expected another`);
    },
  );

  it('may be called like a function that the stack has not', () => {
    const context = contextOf('  S3LambdaFunction: { Type: AWS::SQS::Queue }\n');
    expect(idsIn(withOwnResources(context, []))).toEqual([['Orders', 'S3LambdaFunction']]);
  });
});

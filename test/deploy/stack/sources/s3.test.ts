import { describe, expect, it } from 'vitest';
import { toBundleFiles } from '../../../../shared/deploy/references.ts';
import { findOwnBucket } from '../../../../shared/deploy/stack/sources/own-bucket.ts';
import { toNotifications } from '../../../../shared/deploy/stack/sources/s3.ts';
import { StackError } from '../../../../shared/deploy/stack/stack-error.ts';
import { parseJobs } from '../../../../shared/jobs/parse.ts';
import { parsePattern } from '../../../../shared/jobs/pattern/parse-pattern.ts';
import { toReferenceText } from '../../../../shared/jobs/reference.ts';
import { s3Event } from '../../../../shared/jobs/schema/event-stream.ts';
import { compileEvents, compileText, propertiesOf } from './compile.ts';

const existing = 'arn:aws:s3:::uploads';
const own = { 'Fn::GetAtt': ['Uploads', 'Arn'] };
const created = 's3:ObjectCreated:*';
const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:reconcile';
const functionArn = { 'Fn::GetAtt': ['S3LambdaFunction', 'Arn'] };

const compile = (properties: readonly object[], more: object = {}) =>
  compileEvents(toNotifications, { type: 's3', properties, more });
const withBucket = (Properties: object) => ({
  resources: { Uploads: { Type: 'AWS::S3::Bucket', Properties } },
});
const named = withBucket({ BucketName: 'acme-uploads' });

describe('a bucket of somebody else', () => {
  it('is heard of by a rule of EventBridge for each event, with its marker', () => {
    const filterRule = { prefix: 'in/', suffix: '.jpg' };
    const { resources } = compile([{ bucketArn: existing, s3EventType: created, filterRule }]);
    const [ruleId = '', permissionId = ''] = Object.keys(resources).toSorted();
    expect(permissionId).toBe('BucketRulesPermission');
    expect(resources).toEqual({
      BucketRulesPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: functionArn,
          Principal: 'events.amazonaws.com',
          SourceArn: {
            'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/media-prod-*`,
          },
        },
      },
      [ruleId]: {
        Type: 'AWS::Events::Rule',
        // It's let in before it delivers.
        DependsOn: 'BucketRulesPermission',
        Properties: {
          Name: expect.stringMatching(/^media-prod-a-[0-9a-f]{8}$/),
          Description: 'Starts the job a',
          EventPattern: {
            source: ['aws.s3'],
            'detail-type': ['Object Created'],
            resources: [existing],
            detail: {
              reason: ['PutObject', 'POST Object', 'CopyObject', 'CompleteMultipartUpload'],
              object: { key: [{ wildcard: 'in/*.jpg' }] },
            },
          },
          Targets: [
            {
              Id: 'signalbox',
              Arn: functionArn,
              InputTransformer: {
                InputTemplate: expect.stringMatching(
                  /^\{"signalbox":\{"rule":"a-[0-9a-f]{8}","source":"s3"\},"event":<aws\.events\.event\.json>\}$/,
                ),
              },
              RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
              DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } },
            },
          ],
        },
        line: 1,
      },
    });
  });

  it.each([
    ['s3:ObjectCreated:Post', { 'detail-type': ['Object Created'], detail: { reason: ['POST Object'] } }],
    [
      's3:ObjectRemoved:*',
      {
        'detail-type': ['Object Deleted'],
        detail: {
          reason: ['DeleteObject'],
          'deletion-type': ['Permanently Deleted', 'Delete Marker Created'],
        },
      },
    ],
    [
      's3:LifecycleExpiration:DeleteMarkerCreated',
      {
        'detail-type': ['Object Deleted'],
        detail: { reason: ['Lifecycle Expiration'], 'deletion-type': ['Delete Marker Created'] },
      },
    ],
    [
      's3:ObjectRestore:*',
      { 'detail-type': ['Object Restore Initiated', 'Object Restore Completed', 'Object Restore Expired'] },
    ],
    ['s3:ObjectTagging:Delete', { 'detail-type': ['Object Tags Deleted'] }],
    ['s3:ObjectAcl:Put', { 'detail-type': ['Object ACL Updated'] }],
    ['s3:LifecycleTransition', { 'detail-type': ['Object Storage Class Changed'] }],
    ['s3:IntelligentTiering', { 'detail-type': ['Object Access Tier Changed'] }],
  ])('is heard of by what EventBridge calls %s', (s3EventType, expected) => {
    expect(patternOf({ s3EventType })).toEqual({ source: ['aws.s3'], resources: [existing], ...expected });
  });

  it.each([
    [{ prefix: 'in/' }, { prefix: 'in/' }],
    [{ suffix: '.jpg' }, { suffix: '.jpg' }],
    [{ prefix: 'in*/', suffix: '\\.jpg' }, { wildcard: 'in\\*/*\\\\.jpg' }],
  ])('is heard of by %o', (filterRule, key) => {
    expect(patternOf({ s3EventType: created, filterRule })).toMatchObject({
      detail: { object: { key: [key] } },
    });
  });

  it('is not heard of by what EventBridge does not have, and its event says so', () => {
    const types = s3Event.shape.properties.shape.s3EventType.options;
    const refused = types.filter((s3EventType) => {
      try {
        parsePattern(patternOf({ s3EventType }), 'events');
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(StackError);
        expect(String(error)).toContain(`found ${s3EventType}, which S3 doesn't tell EventBridge of`);
        return true;
      }
    });
    expect(refused).toEqual([
      's3:ReducedRedundancyLostObject',
      's3:Replication:*',
      's3:Replication:OperationFailedReplication',
      's3:Replication:OperationMissedThreshold',
      's3:Replication:OperationNotTracked',
      's3:Replication:OperationReplicatedAfterThreshold',
    ]);
  });

  it('has a rule for each of its events, and is not confused by jobs whose names give one id', () => {
    const event = { type: 's3', properties: { bucketArn: existing, s3EventType: created } };
    const job = { target: 'state-machine', stateMachineArn, events: [event] };
    const of = (...names: readonly string[]) => {
      const jobs = Object.fromEntries(names.map((name) => [name, job]));
      const text = JSON.stringify({ service: 'media', jobs });
      return Object.keys(compileText(toNotifications, 's3', text).resources);
    };
    expect(of('a', 'b')).toHaveLength(3);
    expect(() => of('a-1', 'a1')).toThrow('expected a name that differs in more than "-"');
  });

  it('may be known by an export', () => {
    const bucketArn = { 'Fn::ImportValue': 'shop-uploads' };
    expect(patternOf({ bucketArn, s3EventType: created })).toMatchObject({ resources: [bucketArn] });
  });
});

describe('a bucket of the stack that has a name', () => {
  it('notifies the function, which it may before it is made', () => {
    const filterRule = { prefix: 'in/', suffix: '.jpg' };
    const { resources } = compile(
      [
        { bucketArn: own, s3EventType: created, filterRule },
        { bucketArn: own, s3EventType: 's3:Replication:*' },
      ],
      named,
    );
    expect(resources).toMatchObject({
      UploadsPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: functionArn,
          Principal: 's3.amazonaws.com',
          SourceAccount: { Ref: 'AWS::AccountId' },
          SourceArn: { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::acme-uploads` },
        },
      },
      Uploads: {
        Type: 'AWS::S3::Bucket',
        DependsOn: ['UploadsPermission'],
        Properties: {
          BucketName: 'acme-uploads',
          NotificationConfiguration: {
            LambdaConfigurations: [
              {
                Event: created,
                Function: functionArn,
                Filter: {
                  S3Key: {
                    Rules: [
                      { Name: 'prefix', Value: 'in/' },
                      { Name: 'suffix', Value: '.jpg' },
                    ],
                  },
                },
              },
              { Event: 's3:Replication:*', Function: functionArn },
            ],
          },
        },
        line: 1,
      },
    });
    expect(Object.keys(resources)).toHaveLength(2);
  });

  it('notifies it once of what several events ask for', () => {
    const part = compile(
      [
        { bucketArn: own, s3EventType: created, filterRule: { prefix: 'in/a' } },
        { bucketArn: own, s3EventType: 's3:ObjectCreated:Put', filterRule: { prefix: 'in/' } },
      ],
      named,
    );
    expect(propertiesOf(part, 'Uploads')).toMatchObject({
      NotificationConfiguration: {
        LambdaConfigurations: [
          { Event: created, Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'in/' }] } } },
        ],
      },
    });
  });

  it('is one bucket, however its ARN is written', () => {
    const part = compile(
      [
        { bucketArn: own, s3EventType: created },
        { bucketArn: { 'Fn::Sub': `\${Uploads.Arn}` }, s3EventType: 's3:ObjectRemoved:*' },
      ],
      named,
    );
    expect(propertiesOf(part, 'Uploads')).toMatchObject({
      NotificationConfiguration: {
        LambdaConfigurations: [{ Event: created }, { Event: 's3:ObjectRemoved:*' }],
      },
    });
  });

  it('keeps all that it has', () => {
    const other = {
      Event: 's3:ObjectRemoved:*',
      Function: 'arn:aws:lambda:eu-west-1:123456789012:function:x',
    };
    const queue = {
      Event: created,
      Queue: 'q',
      Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'out/' }] } },
    };
    const bucket = {
      Type: 'AWS::S3::Bucket',
      DependsOn: ['Orders'],
      DeletionPolicy: 'Retain',
      Properties: {
        BucketName: { 'Fn::Sub': `acme-\${AWS::Region}` },
        NotificationConfiguration: { LambdaConfigurations: [other], QueueConfigurations: [queue] },
      },
    };
    const { resources } = compile([{ bucketArn: own, s3EventType: created, filterRule: { prefix: 'in/' } }], {
      resources: { Uploads: bucket, Orders: { Type: 'AWS::SQS::Queue' } },
    });
    expect(resources['Uploads']).toMatchObject({
      DependsOn: ['Orders', 'UploadsPermission'],
      DeletionPolicy: 'Retain',
      Properties: {
        NotificationConfiguration: {
          LambdaConfigurations: [other, { Event: created }],
          QueueConfigurations: [queue],
        },
      },
    });
    expect(resources['UploadsPermission']?.Properties?.['SourceArn']).toEqual({
      'Fn::Sub': [`arn:\${AWS::Partition}:s3:::\${Name}`, { Name: { 'Fn::Sub': `acme-\${AWS::Region}` } }],
    });
  });

  it('is refused when it tells somebody else of the same', () => {
    const NotificationConfiguration = {
      TopicConfigurations: [{ Event: 's3:ObjectCreated:Put', Topic: 't' }],
    };
    const more = withBucket({ BucketName: 'acme-uploads', NotificationConfiguration });
    expect(() => compile([{ bucketArn: own, s3EventType: created }], more)).toThrow(
      'the bucket has a notification of its own for some of these changes',
    );
  });
});

describe('a bucket of the stack that the function would have to wait for', () => {
  const asked = [{ bucketArn: own, s3EventType: created }];
  const kindOf = (more: object) =>
    Object.keys(compile(asked, more).resources).includes('UploadsPermission') ? 'notified' : 'bridged';

  it('is heard of by EventBridge, which it tells everything', () => {
    const more = withBucket({ NotificationConfiguration: { QueueConfigurations: [] } });
    const part = compile(asked, more);
    expect(part.resources['Uploads']).toEqual({
      Type: 'AWS::S3::Bucket',
      Properties: {
        NotificationConfiguration: {
          QueueConfigurations: [],
          EventBridgeConfiguration: { EventBridgeEnabled: true },
        },
      },
      line: 1,
    });
    const rule = Object.values(part.resources).find(({ Type }) => Type === 'AWS::Events::Rule');
    expect(rule?.Properties?.['EventPattern']).toMatchObject({ resources: [own] });
  });

  it('is one without a name, or that another part of jobs.yml refers to, directly or not', () => {
    const { resources } = named;
    const statement = (Resource: object) => ({
      network: { subnets: ['subnet-0a'], securityGroups: [Resource] },
    });
    expect(kindOf(named)).toBe('notified');
    expect(kindOf(withBucket({}))).toBe('bridged');
    const group = { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: { Ref: 'Uploads' } } };
    expect(kindOf({ resources: { ...resources, Group: group } })).toBe('notified');
    const groupId = { 'Fn::GetAtt': ['Group', 'GroupId'] };
    expect(kindOf({ ...statement(groupId), resources: { ...resources, Group: group } })).toBe('bridged');
    const late = { Type: 'AWS::EC2::SecurityGroup', DependsOn: 'Uploads' };
    expect(kindOf({ ...statement(groupId), resources: { ...resources, Group: late } })).toBe('bridged');
    const other = { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: `\${Uploads}` } };
    expect(kindOf({ ...statement(groupId), resources: { ...resources, Group: other } })).toBe('notified');
  });
});

describe('the ARN of a bucket that notifies', () => {
  it('is told to the function without waiting for the bucket', () => {
    const events = [{ type: 's3', properties: { bucketArn: own, s3EventType: created } }];
    const job = { target: 'state-machine', stateMachineArn, events };
    const variableIn = (more: object) => {
      const file = parseJobs(JSON.stringify({ service: 'media', ...more, jobs: { a: job } }), 'jobs.yml');
      const files = toBundleFiles(file, {
        cluster: 'c',
        network: { subnets: [], securityGroups: [], assignPublicIp: false },
        jobs: {},
      });
      return JSON.stringify(files.toEnvironment('s3'));
    };
    expect(variableIn(named)).toContain('s3:::acme-uploads');
    expect(variableIn(named)).not.toContain('GetAtt');
    expect(variableIn(withBucket({}))).toContain('{"Fn::GetAtt":["Uploads","Arn"]}');
  });

  it('is known before the bucket is made', () => {
    const text = (more: object) => ({
      service: 'media',
      ...more,
      jobs: { a: { target: 'process', local: { command: ['x'] }, events: [{ type: 'manual' }] } },
    });
    const file = parseJobs(JSON.stringify(text(named)), 'jobs.yml');
    expect(findOwnBucket(toReferenceText(own), file)?.notifiedArn).toEqual({
      'Fn::Sub': `arn:\${AWS::Partition}:s3:::acme-uploads`,
    });
    expect(findOwnBucket(toReferenceText({ 'Fn::Sub': `\${Uploads.Arn}` }), file)?.logicalId).toBe('Uploads');
    expect(findOwnBucket(toReferenceText({ 'Fn::GetAtt': ['Uploads', 'DomainName'] }), file)).toBeUndefined();
    expect(findOwnBucket(existing, file)).toBeUndefined();
  });
});

function patternOf(properties: object): unknown {
  const { resources } = compile([{ bucketArn: existing, ...properties }]);
  const rule = Object.values(resources).find(({ Type }) => Type === 'AWS::Events::Rule');
  return rule?.Properties?.['EventPattern'];
}

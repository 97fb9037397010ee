import { describe, expect, it } from 'vitest';
import { checkFilterPolicy } from '../../shared/jobs/checks-pattern.ts';
import { problemsOfEvent, problemsOfJob } from './problems-of.ts';

const account = 'eu-west-1:123456789012';

describe('an http-api-gateway event', () => {
  const at = (path: string, method = 'GET') =>
    problemsOfEvent('http-api-gateway', `{ httpApiGatewayName: api, method: '${method}', path: '${path}' }`);

  it.each(['/', '/a', '/a/', '/a/{x}', '/{x}/b.c~d', '/files/{proxy+}', '/{all+}'])(
    'takes the path %s',
    (path) => {
      expect(at(path)).toEqual([]);
    },
  );

  it.each(['', 'a', '/a//b', '/{proxy+}/a', '/a{x}', '/{}', '/a?b', '$defaults'])(
    'refuses the path "%s"',
    (path) => {
      expect(at(path)).toEqual([
        `path: found "${path}", expected a path such as /orders/{id} or /files/{proxy+}, where {name+} comes last, or $default`,
      ]);
    },
  );

  it('has every path parameter once', () => {
    expect(at('/{x}/{x}')).toEqual(['path: route path "/{x}/{x}": expected one parameter with the name x']);
  });

  it('takes $default with any method only', () => {
    expect(at('$default', '*')).toEqual([]);
    expect(at('$default', 'ANY')).toEqual([]);
    expect(at('$default', 'GET')).toEqual(['method: found "GET", expected ANY on the path $default']);
  });

  it('leaves the paths of the runs API alone', () => {
    expect(at('/runs/{run}')).toEqual([
      'path: found "GET /runs/{run}", which belongs to the runs API; expected another path',
    ]);
    expect(at('/runs/{run}', 'POST')).toEqual([]);
    expect(at('/_signalbox/x')).toHaveLength(1);
  });

  it('has an authorizer of a known type, with what it needs', () => {
    const authorizer = (text: string) =>
      problemsOfEvent(
        'http-api-gateway',
        `{ httpApiGatewayName: a, method: GET, path: /x, authorizer: ${text} }`,
      );
    const lambda = `functionArn: 'arn:aws:lambda:${account}:function:f'`;

    expect(authorizer('{ type: iam }')).toEqual([]);
    expect(authorizer('{ type: jwt }')).toEqual([
      'authorizer.type: found "jwt", expected one of iam, cognito, lambda',
    ]);
    expect(authorizer('iam')).toEqual([
      'authorizer: found "iam", expected a mapping with "type" iam, cognito or lambda',
    ]);
    expect(authorizer('{ type: cognito, properties: {} }')[0]).toMatch(
      /^authorizer\.properties: "userPoolArn" is missing, expected the ARN of a Cognito user pool/,
    );
    expect(authorizer(`{ type: lambda, properties: { ${lambda}, cacheResultSeconds: 3601 } }`)).toEqual([
      'authorizer.properties.cacheResultSeconds: found 3601, expected a whole number of seconds from 0 to 3600',
      'authorizer.properties.cacheResultSeconds: found 3601 without "identitySources", expected both or 0',
    ]);
    expect(
      authorizer(`{ type: lambda, properties: { ${lambda}, identitySources: [Authorization] } }`),
    ).toEqual([
      'authorizer.properties.identitySources[0]: found "Authorization", expected a place in the request, such as $request.header.Authorization',
    ]);
  });
});

describe('an application-load-balancer event', () => {
  it('names one load balancer and at least one condition', () => {
    expect(problemsOfEvent('application-load-balancer', '{ priority: 1 }')).toEqual([
      'found none of loadBalancerArn, loadBalancerName, listenerArn, expected exactly one',
      'found none of paths, methods, hosts, headers, queryParams, sourceIps, expected at least one',
    ]);
    expect(
      problemsOfEvent(
        'application-load-balancer',
        '{ loadBalancerName: l, priority: 50001, listenerPort: 0, sourceIps: [10.0.0.1], paths: [a] }',
      ),
    ).toEqual([
      'priority: found 50001, expected a whole number from 1 to 50000',
      'listenerPort: found 0, expected a whole number from 1 to 65535',
      'sourceIps[0]: found "10.0.0.1", expected an address range such as 10.0.0.0/16',
      'paths[0]: found "a", expected a path such as /orders/*',
    ]);
  });

  it('names its listener, with or without the load balancer', () => {
    const listener = `listenerArn: 'arn:aws:elasticloadbalancing:${account}:listener/app/l/0a1b/2c3d'`;
    const of = (properties: string) =>
      problemsOfEvent('application-load-balancer', `{ priority: 1, paths: [/a], ${properties} }`);

    expect(of(listener)).toEqual([]);
    expect(of(`${listener}, loadBalancerName: l`)).toEqual([]);
    expect(of(`${listener}, loadBalancerName: l, loadBalancerArn: !ImportValue l`)).toEqual([
      'loadBalancerName: found beside "loadBalancerArn", expected only one of loadBalancerArn, loadBalancerName',
    ]);
    expect(of('listenerArn: l')).toEqual([
      'listenerArn: found "l", expected the ARN of a listener of an application load balancer, such as arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/front/0123456789abcdef/fedcba9876543210',
    ]);
  });

  it('has no more conditions than a rule of a listener takes', () => {
    const of = (conditions: string) =>
      problemsOfEvent('application-load-balancer', `{ loadBalancerName: l, priority: 1, ${conditions} }`);

    expect(of('paths: [/a, /b, /c], methods: [POST, PUT]')).toEqual([]);
    expect(of('paths: [/a, /b, /c], methods: [POST], headers: [{ headerName: h, values: [a, b] }]')).toEqual([
      "found 6 values in the conditions, expected at most 5: a listener's rule takes no more",
    ]);
    expect(
      of(
        'hosts: [a.example, b.example], sourceIps: [10.0.0.0/8], queryParams: [{ paramName: q, values: [a, b, c] }]',
      ),
    ).toHaveLength(1);
  });
});

describe('an sqs event', () => {
  it('names its queue once', () => {
    expect(problemsOfEvent('sqs', '{}')).toEqual([
      'found none of sqsQueueArn, sqsQueueName, expected exactly one',
    ]);
    expect(problemsOfEvent('sqs', `{ sqsQueueArn: 'arn:aws:sqs:${account}:q', sqsQueueName: q }`)).toEqual([
      'sqsQueueName: found beside "sqsQueueArn", expected only one of sqsQueueArn, sqsQueueName',
    ]);
    expect(problemsOfEvent('sqs', `{ sqsQueueArn: 'arn:aws:sns:${account}:q' }`)).toEqual([
      `sqsQueueArn: found "arn:aws:sns:${account}:q", expected the ARN of an SQS queue, such as arn:aws:sqs:eu-west-1:123456789012:orders`,
    ]);
  });

  it('gathers more than 10 messages only within a window', () => {
    expect(problemsOfEvent('sqs', '{ sqsQueueName: q, batchSize: 11, maxBatchWindowSeconds: 1 }')).toEqual(
      [],
    );
    expect(problemsOfEvent('sqs', '{ sqsQueueName: q, batchSize: 11 }')).toEqual([
      'batchSize: found 11, expected at most 10 unless maxBatchWindowSeconds is 1 or more',
    ]);
    expect(
      problemsOfEvent('sqs', '{ sqsQueueName: q.fifo, batchSize: 11, maxBatchWindowSeconds: 1 }'),
    ).toEqual([
      'batchSize: found 11, expected at most 10 on a FIFO queue',
      'maxBatchWindowSeconds: found 1, expected 0 on a FIFO queue',
    ]);
    expect(
      problemsOfEvent(
        'sqs',
        '{ sqsQueueName: q, batchSize: 10001, maxBatchWindowSeconds: 301, maximumConcurrency: 1 }',
      ),
    ).toEqual([
      'batchSize: found 10001, expected a whole number from 1 to 10000',
      'maxBatchWindowSeconds: found 301, expected a whole number of seconds from 0 to 300',
      'maximumConcurrency: found 1, expected a whole number from 2 to 1000',
    ]);
  });
});

describe('an sns event', () => {
  it('names one topic, not a FIFO one, and one queue for what is not delivered', () => {
    expect(
      problemsOfEvent('sns', `{ snsTopicArn: 'arn:aws:sns:${account}:t.fifo', onDeliveryFailure: {} }`),
    ).toEqual([
      `snsTopicArn: found "arn:aws:sns:${account}:t.fifo", expected the ARN of a standard SNS topic, such as arn:aws:sns:eu-west-1:123456789012:orders`,
      'onDeliveryFailure: found none of sqsQueueArn, sqsQueueName, expected exactly one',
    ]);
  });

  it('is kept in a standard queue when it is not delivered', () => {
    const at = (queue: string) => problemsOfEvent('sns', `{ snsTopicName: t, onDeliveryFailure: ${queue} }`);

    expect(at('{ sqsQueueName: lost }')).toEqual([]);
    expect(at('{ sqsQueueName: lost.fifo }')).toEqual([
      'onDeliveryFailure.sqsQueueName: found a FIFO queue, expected a standard one: no event could be put into it',
    ]);
    expect(at(`{ sqsQueueArn: 'arn:aws:sqs:${account}:lost.fifo' }`)).toHaveLength(1);
  });
});

describe('an event-bus event', () => {
  const bus = (text: string) => problemsOfEvent('event-bus', `{ useDefaultBus: true, ${text} }`);

  it('names one bus', () => {
    expect(problemsOfEvent('event-bus', '{ eventPattern: { source: [a] } }')).toEqual([
      'found none of eventBusArn, eventBusName, useDefaultBus, expected exactly one',
    ]);
    expect(bus('eventBusName: b, eventPattern: { source: [a] }')).toEqual([
      'useDefaultBus: found beside "eventBusName", expected only one of eventBusArn, eventBusName, useDefaultBus',
    ]);
    expect(problemsOfEvent('event-bus', '{ useDefaultBus: false, eventPattern: { source: [a] } }')).toEqual([
      'useDefaultBus: found false, expected true',
    ]);
  });

  it('has a pattern of the fields of events, with lists of what they may be', () => {
    expect(
      bus(
        "eventPattern: { detail: { a: { b: [{ exists: false }] } }, '$or': [{ source: [a] }, { region: [b] }] }",
      ),
    ).toEqual([]);
    expect(bus('eventPattern: { detailType: [a] }')).toEqual([
      'eventPattern.detailType: no event has this field, did you mean "detail-type"?',
    ]);
    expect(bus('eventPattern: { source: a, region: [], detail: { x: {}, token: abc } }')).toEqual([
      'eventPattern.source: found "a", expected a list of what it may be, such as [created]',
      'eventPattern.region: found an empty list, expected a list of what it may be, such as [created]',
      'eventPattern.detail.x: found an empty mapping, expected fields and what they may be',
      'eventPattern.detail.token: found a value (not shown), expected a list of what it may be, such as [created]',
    ]);
    expect(bus('eventPattern: {}')).toEqual([
      'eventPattern: found an empty mapping, expected fields and what they may be',
    ]);
    expect(bus('eventPattern: [a]')).toEqual([
      'eventPattern: found a list, expected a mapping such as { source: [acme.orders] }',
    ]);
    expect(bus(`eventPattern: { source: [${'a'.repeat(4083)}] }`)).toEqual([
      'eventPattern: found 4098 characters of JSON, expected at most 4096',
    ]);
  });

  it('has a pattern with the conditions that EventBridge knows', () => {
    expect(bus('eventPattern: { detail: { size: [{ numeric: [5, "<"] }], key: [{ prefx: in/ }] } }')).toEqual(
      [
        'eventPattern.detail.size[0].numeric: found [5, "<"], expected ["=", 5], ["<", 5] or a range such as [">", 0, "<=", 5]',
        expect.stringMatching(
          /^eventPattern\.detail\.key\[0\]\.prefx: no condition has this name, expected one of prefix, /,
        ),
      ],
    );
    expect(bus("eventPattern: { '$or': [{ source: [a] }, { sourc: [b] }] }")).toEqual([
      'eventPattern.$or[1].sourc: no event has this field, did you mean "source"?',
    ]);
    expect(bus("eventPattern: { '$or': [{ source: [a] }] }")).toEqual([
      'eventPattern.$or: found a list with one entry, expected a list of at least 2 patterns',
    ]);
  });

  it('has at most one input', () => {
    expect(bus('eventPattern: { source: [a] }, input: null, inputPath: $.detail')).toEqual([
      'inputPath: found beside "input", expected only one of input, inputPath, inputTransformer',
    ]);
    expect(bus('eventPattern: { source: [a] }, inputTransformer: { inputPathsMap: { a: detail } }')).toEqual([
      'inputTransformer: "inputTemplate" is missing, expected a value that JSON can hold',
      'inputTransformer.inputPathsMap.a: found "detail", expected a path into the event, such as $.detail',
    ]);
  });
});

describe('a schedule event', () => {
  it('has an expression and a time zone that AWS knows', () => {
    expect(
      problemsOfEvent('schedule', "{ scheduleRate: 'cron(0 2 * * ? *)', timezone: Asia/Tokyo }"),
    ).toEqual([]);
    expect(problemsOfEvent('schedule', '{ scheduleRate: rate(1 minutes), timezone: Mars/Base }')).toEqual([
      expect.stringMatching(/^scheduleRate: schedule expression "rate\(1 minutes\)": /),
      expect.stringMatching(/^timezone: .*"Mars\/Base"/),
    ]);
    expect(problemsOfEvent('schedule', '{ scheduleRate: 5 }')).toEqual([
      'scheduleRate: found 5, expected text',
    ]);
  });
});

describe('a filter policy', () => {
  it('has the conditions that SNS knows, without nesting', () => {
    expect(checkFilterPolicy({ state: ['paid', { prefix: 'pay' }], $or: [{ a: [1] }, { b: [2] }] })).toEqual(
      [],
    );
    expect(checkFilterPolicy({ order: { state: ['paid'] }, key: [{ wildcard: 'a*' }] })).toEqual([
      {
        path: ['order'],
        at: 'value',
        message: 'found a mapping, expected a list of what it may be, such as [created]',
      },
      {
        path: ['key', 0, 'wildcard'],
        at: 'value',
        message:
          'no condition has this name, expected one of prefix, suffix, equals-ignore-case, anything-but, numeric, cidr, exists',
      },
    ]);
    expect(checkFilterPolicy({})).toEqual([
      { path: [], at: 'key', message: 'found an empty mapping, expected fields and what they may be' },
    ]);
  });
});

describe('an s3 event', () => {
  it('has a bucket, a known kind of event and a filter that filters', () => {
    expect(
      problemsOfEvent(
        's3',
        "{ bucketArn: 'arn:aws:s3:::b/key', s3EventType: s3:ObjectCreated, filterRule: {} }",
      ),
    ).toEqual([
      'bucketArn: found "arn:aws:s3:::b/key", expected the ARN of an S3 bucket, such as arn:aws:s3:::uploads',
      expect.stringMatching(
        /^s3EventType: found "s3:ObjectCreated", expected one of .*, did you mean "s3:ObjectCreated:\*"\?$/,
      ),
      'filterRule: found neither prefix nor suffix, expected one of them or both',
    ]);
  });
});

describe('stream events', () => {
  const stream = `arn:aws:kinesis:${account}:stream/clicks`;

  it('read a Kinesis stream through one of its own consumers, or a new one', () => {
    const consumer = `arn:aws:kinesis:${account}:stream/other/consumer/c:1700000000`;

    expect(
      problemsOfEvent(
        'kinesis-stream',
        `{ streamArn: '${stream}', consumerArn: '${consumer}', autoCreateConsumer: true }`,
      ),
    ).toEqual([
      'consumerArn: found a consumer of another stream, expected one of streamArn',
      'autoCreateConsumer: found beside "consumerArn", expected only one of consumerArn, autoCreateConsumer',
    ]);
  });

  it('keep to the ranges of Lambda', () => {
    expect(
      problemsOfEvent(
        'kinesis-stream',
        `{ streamArn: '${stream}', batchSize: 10001, maxBatchWindowSeconds: 301, startingPosition: AT_TIMESTAMP, maximumRetryAttempts: -2, parallelizationFactor: 11, filterPatterns: [{ a: 1 }], onFailure: { type: s3 } }`,
      ),
    ).toEqual([
      'batchSize: found 10001, expected a whole number from 1 to 10000',
      'maxBatchWindowSeconds: found 301, expected a whole number of seconds from 0 to 300',
      'startingPosition: found "AT_TIMESTAMP", expected one of TRIM_HORIZON, LATEST',
      'maximumRetryAttempts: found -2, expected a whole number from -1 to 10000',
      'parallelizationFactor: found 11, expected a whole number from 1 to 10',
      'filterPatterns[0].a: found 1, expected a list of what it may be, such as [created]',
      expect.stringMatching(/^onFailure\.type: found "s3", expected one of sqs, sns/),
    ]);
    expect(
      problemsOfEvent(
        'dynamo-db-stream',
        `{ streamArn: 'arn:aws:dynamodb:${account}:table/t', consumerArn: x }`,
      ),
    ).toEqual([
      expect.stringMatching(
        /^streamArn: found "arn:aws:dynamodb:.*", expected the ARN of a DynamoDB table stream/,
      ),
      expect.stringMatching(/^consumerArn: unknown property, expected one of streamArn, batchSize/),
    ]);
  });
});

describe('the events of a job', () => {
  const job = 'target: process\nlocal: { command: [x] }\n';

  it('are at least one, and all different', () => {
    expect(problemsOfJob(`${job}events: []`)).toEqual([
      'events: found an empty list, expected a list of events with at least one entry',
    ]);
    expect(problemsOfJob(`${job}events:\n  - type: manual\n  - { type: manual, properties: {} }`)).toEqual([
      'events[1]: found the same event as on line 7, expected it once',
    ]);
    expect(problemsOfJob(`${job}events: [hello]`)).toEqual([
      'events[0]: found "hello", expected a mapping with "type" and "properties"',
    ]);
  });

  it('are batched only where a delivery can bring several records', () => {
    const batched = (type: string, text: string) => problemsOfEvent(type, `{ ${text}, batching: record }`);

    expect(batched('sqs', 'sqsQueueName: q')).toEqual([]);
    expect(batched('sns', 'snsTopicName: t')).toEqual([]);
    expect(batched('s3', "bucketArn: 'arn:aws:s3:::uploads', s3EventType: 's3:ObjectRemoved:*'")).toEqual([]);
    expect(batched('cloudwatch-log', `logGroupArn: 'arn:aws:logs:${account}:log-group:/a:*'`)).toEqual([]);
    expect(batched('schedule', 'scheduleRate: rate(1 day)')).toEqual([
      expect.stringMatching(/^batching: unknown property/),
    ]);
  });
});

describe.each([
  ['schedule', 'scheduleRate: rate(1 day)'],
  ['event-bus', 'useDefaultBus: true, eventPattern: { source: [acme] }'],
] as const)('the input of a %s event', (type, others) => {
  const of = (input: string) => problemsOfEvent(type, `{ ${others}, ${input} }`);

  it('may be a path, or a template as text or as JSON', () => {
    expect(of("inputPath: '$.detail.items[0]'")).toEqual([]);
    expect(of('inputTransformer: { inputPathsMap: { t: $.time }, inputTemplate: \'{"at": <t>}\' }')).toEqual(
      [],
    );
    expect(of("inputTransformer: { inputPathsMap: { t: $.time }, inputTemplate: { at: '<t>' } }")).toEqual(
      [],
    );
  });

  it('is refused here when no event could ever be put through it', () => {
    expect(of("inputPath: '$.a[*]'")).toEqual([
      `inputPath: input path "$.a[*]": expected .name, ['name'] or [0] at character 4`,
    ]);
    expect(of("inputTransformer: { inputPathsMap: { t: '$.a[*]' }, inputTemplate: <t> }")).toEqual([
      `inputTransformer: input path "$.a[*]": expected .name, ['name'] or [0] at character 4`,
    ]);
    expect(of("inputTransformer: { inputTemplate: { at: '<t>' } }")).toEqual([
      expect.stringMatching(/^inputTransformer: inputTemplate has <t>, expected a name of inputPathsMap/),
    ]);
  });
});

describe('the filter of a cloudwatch-log event', () => {
  const of = (filter: string) =>
    problemsOfEvent(
      'cloudwatch-log',
      `{ logGroupArn: 'arn:aws:logs:${account}:log-group:/a:*', filter: ${filter} }`,
    );

  it('may be terms, JSON conditions, fields or a regular expression', () => {
    expect(of("'ERROR -DEBUG'")).toEqual([]);
    expect(of(`'{ $.level = "ERROR" }'`)).toEqual([]);
    expect(of("'[ip, ..., status = 4*, bytes]'")).toEqual([]);
    expect(of("'%^ERROR [0-9]+%'")).toEqual([]);
    expect(of("''")).toEqual([]);
  });

  it('is refused here when CloudWatch Logs would refuse it', () => {
    expect(of("'{ $.level EXISTS }'")).toEqual([
      'filter: log filter: found "EXISTS" at character 11, expected =, !=, <, <=, >, >=, IS or NOT EXISTS',
    ]);
    expect(of(`'${'a'.repeat(1025)}'`)).toEqual([
      expect.stringMatching(/^filter: found "a{60}…", expected text of at most 1024 characters$/),
    ]);
  });
});

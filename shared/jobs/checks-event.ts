import { z } from 'zod';
import { checkInputTransformer, InputError, parseInputPath } from '../events/input.ts';
import type { SourceName } from '../events/trigger-event.ts';
import { atMostOneOf, type Check, check, exactlyOneOf, forEach, has, inside, mistakeIf } from './checks.ts';
import { checkEventPattern, checkFilterPolicy, checkPattern } from './checks-pattern.ts';
import { isRecord } from './document.ts';
import { parseRoutePath, RouteError } from './http-route.ts';
import { parseLogFilter } from './log-filter/log-filter.ts';
import { LogFilterError } from './log-filter/pattern-reader.ts';
import { atKey, atValue, type Mistake, toShown } from './mistake.ts';
import { parseScheduleExpression, ScheduleExpressionError } from './schedule-expression.ts';
import { inputTransformer, jsonPath } from './schema/event-bus.ts';
import { routePath } from './schema/event-http.ts';

const fifo = z.string().endsWith('.fifo');

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
const deliveryFailure = inside('onDeliveryFailure', [
  exactlyOneOf('sqsQueueArn', 'sqsQueueName'),
  ...['sqsQueueArn', 'sqsQueueName'].map((name) =>
    check(z.object({ [name]: fifo }), () => [
      atValue([name], 'found a FIFO queue, expected a standard one: no event could be put into it'),
    ]),
  ),
]);
/** What would fail at every event is a mistake now. */
const inputs = [
  atMostOneOf('input', 'inputPath', 'inputTransformer'),
  check(z.object({ inputPath: jsonPath }), ({ inputPath }) =>
    findRefusal('inputPath', InputError, () => parseInputPath(inputPath)),
  ),
  check(z.object({ inputTransformer }), ({ inputTransformer }) =>
    findRefusal('inputTransformer', InputError, () => checkInputTransformer(inputTransformer)),
  ),
];
const filterPatterns = inside('filterPatterns', [forEach([checkPattern])]);

/** Lambda takes neither a window nor more than 10 messages from a FIFO queue. */
const fifoLimits = check(
  z.object({ batchSize: z.int().default(10), maxBatchWindowSeconds: z.int().default(0) }),
  ({ batchSize: size, maxBatchWindowSeconds: window }) => [
    ...mistakeIf(size > 10, atValue(['batchSize'], `found ${size}, expected at most 10 on a FIFO queue`)),
    ...mistakeIf(
      window > 0,
      atValue(['maxBatchWindowSeconds'], `found ${window}, expected 0 on a FIFO queue`),
    ),
  ],
);

const conditions = ['paths', 'methods', 'hosts', 'headers', 'queryParams', 'sourceIps'];

const values = z.array(z.unknown()).default([]);
const named = z.array(z.object({ values })).default([]);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const checkConditionValues = check(
  z.object({
    paths: values,
    methods: values,
    hosts: values,
    sourceIps: values,
    headers: named,
    queryParams: named,
  }),
  ({ headers, queryParams, ...plain }) => {
    const lists = [...Object.values(plain), ...[...headers, ...queryParams].map((each) => each.values)];
    const count = lists.flat().length;
    return mistakeIf(
      count > 5,
      atKey(
        [],
        `found ${count} values in the conditions, expected at most 5: a listener's rule takes no more`,
      ),
    );
  },
);

/** The checks of `properties`, by the type of the event. */
const checksOf: Readonly<Record<SourceName, readonly Check[]>> = {
  'http-api-gateway': [
    check(z.object({ path: routePath }), ({ path }) => findRouteMistake(path)),
    check(z.object({ method: z.string(), path: z.literal('$default') }), ({ method }) =>
      mistakeIf(
        method !== 'ANY' && method !== '*',
        atValue(['method'], `found ${toShown(method)}, expected ANY on the path $default`),
      ),
    ),
  ],
  'application-load-balancer': [
    (raw) =>
      has(raw, 'listenerArn')
        ? atMostOneOf('loadBalancerArn', 'loadBalancerName')(raw)
        : exactlyOneOf('loadBalancerArn', 'loadBalancerName', 'listenerArn')(raw),
    checkConditionValues,
    (raw) =>
      mistakeIf(
        isRecord(raw) && !conditions.some((name) => has(raw, name)),
        atKey([], `found none of ${conditions.join(', ')}, expected at least one`),
      ),
  ],
  sqs: [
    exactlyOneOf('sqsQueueArn', 'sqsQueueName'),
    check(
      z.object({ batchSize: z.int().min(11), maxBatchWindowSeconds: z.int().default(0) }),
      ({ batchSize: size, maxBatchWindowSeconds: window }) =>
        mistakeIf(
          window < 1,
          atValue(
            ['batchSize'],
            `found ${size}, expected at most 10 unless maxBatchWindowSeconds is 1 or more`,
          ),
        ),
    ),
    check(z.object({ sqsQueueArn: fifo }).or(z.object({ sqsQueueName: fifo })), (_queue, raw) =>
      fifoLimits(raw),
    ),
    filterPatterns,
  ],
  sns: [
    exactlyOneOf('snsTopicArn', 'snsTopicName'),
    deliveryFailure,
    inside('filterPolicy', [checkFilterPolicy]),
  ],
  'event-bus': [
    exactlyOneOf('eventBusArn', 'eventBusName', 'useDefaultBus'),
    ...inputs,
    deliveryFailure,
    inside('eventPattern', [checkEventPattern]),
  ],
  schedule: [
    ...inputs,
    check(z.object({ scheduleRate: z.string().min(1).max(256) }), ({ scheduleRate }) =>
      findScheduleMistake('scheduleRate', scheduleRate),
    ),
    check(z.object({ timezone: z.string().min(1).max(50) }), ({ timezone }) =>
      findScheduleMistake('timezone', 'rate(1 day)', timezone),
    ),
  ],
  s3: [
    (raw) =>
      mistakeIf(
        has(raw, 'filterRule') && isRecord(raw.filterRule) && Object.keys(raw.filterRule).length === 0,
        atKey(['filterRule'], 'found neither prefix nor suffix, expected one of them or both'),
      ),
  ],
  'kinesis-stream': [
    atMostOneOf('consumerArn', 'autoCreateConsumer'),
    check(z.object({ streamArn: z.string(), consumerArn: z.string() }), ({ streamArn, consumerArn }) =>
      mistakeIf(
        [streamArn, consumerArn].every(isArn) && !consumerArn.startsWith(`${streamArn}/consumer/`),
        atValue(['consumerArn'], 'found a consumer of another stream, expected one of streamArn'),
      ),
    ),
    filterPatterns,
  ],
  'dynamo-db-stream': [filterPatterns],
  'cloudwatch-log': [
    check(z.object({ filter: z.string().max(1024) }), ({ filter }) =>
      findRefusal('filter', LogFilterError, () => parseLogFilter(filter)),
    ),
  ],
  manual: [],
};

/** Every authorizer that remembers decisions has to know what for. */
const authorizerChecks: readonly Check[] = [
  inside('properties', [
    check(z.object({ cacheResultSeconds: z.int().min(1) }), ({ cacheResultSeconds: found }, raw) =>
      mistakeIf(
        !has(raw, 'identitySources'),
        atValue(['cacheResultSeconds'], `found ${found} without "identitySources", expected both or 0`),
      ),
    ),
  ]),
];

/** An entry of `events`, or anything else with an `authorizer`. */
export const checkAuthorizer: Check = inside('authorizer', authorizerChecks);

/** The checks of one entry of a job's `events`. */
export const checkEvent: Check = (raw) => {
  if (!has(raw, 'type') || typeof raw.type !== 'string') return [];
  const checks = Object.entries(checksOf).find(([type]) => type === raw.type)?.[1] ?? [];
  return inside('properties', [...checks, checkAuthorizer])(raw);
};

/** A parameter of Systems Manager may hold any. */
function isArn(text: string): boolean {
  return text.startsWith('arn:');
}

function findRouteMistake(path: string): readonly Mistake[] {
  return path === '$default' ? [] : findRefusal('path', RouteError, () => parseRoutePath(path));
}

function findScheduleMistake(name: string, rate: string, timezone?: string): readonly Mistake[] {
  return findRefusal(name, ScheduleExpressionError, () => parseScheduleExpression(rate, timezone));
}

/** What the router's own parser says against a value. */
function findRefusal(
  name: string,
  refusal: new (message: string) => Error,
  parse: () => unknown,
): readonly Mistake[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof refusal) return [atValue([name], error.message)];
    throw error;
  }
}

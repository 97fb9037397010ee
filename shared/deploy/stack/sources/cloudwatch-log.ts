import { getAtt, partOf, sub, type Value } from '../../cloudformation/value.ts';
import { toFunctionName } from '../../names.ts';
import { toValue } from '../from-jobs.ts';
import { toFunctionId, toFunctionNames } from '../function-name.ts';
import type { Part, StackContext } from '../part.ts';
import { StackError, type StackProblem } from '../stack-error.ts';
import { toLogGroupId, toLogGroupName } from '../targets/job-logs.ts';
import { toInvokePermission } from './invoke-permission.ts';
import { mergeLogFilters } from './log-filters.ts';
import { type SharedSource, shareSources } from './shared-source.ts';
import type { CompileSource, SourceRule } from './source-rules.ts';

/**
 * One subscription filter for each log group, though a group takes two: the other one is for its owner, and for what
 * replaces ours when an event changes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export const toLogSubscriptions: CompileSource<'cloudwatch-log'> = (rules, context) => {
  const problems = rules.flatMap((rule) => findProblems(rule, context));
  if (problems.length > 0) throw new StackError(problems);
  const groups = shareSources(rules, 'LogGroup', ({ rule }) =>
    rule.properties.logGroupArn.replace(/:\*$/, ''),
  );
  return { resources: Object.assign({}, ...groups.map((group) => toSubscription(group, context))) };
};

function toSubscription(
  { id, first, rules }: SharedSource<'cloudwatch-log'>,
  context: StackContext,
): Part['resources'] {
  const { service, stage } = context.stage;
  const { id: ruleId, line, properties } = first.rule;
  const name = partOf(toValue(properties.logGroupArn), ':', 6);
  return {
    [`${id}Permission`]: { ...toInvokePermission('cloudwatch-log', 'logs', toSourceArn(name)), line },
    [`${id}Filter`]: {
      Type: 'AWS::Logs::SubscriptionFilter',
      // CloudWatch Logs tries to call the function at once.
      DependsOn: [`${id}Permission`, ...toMadeGroups(name, context)],
      Properties: {
        LogGroupName: name,
        // By a rule's name the router knows that CloudWatch Logs did the filtering.
        FilterName: rules.length === 1 ? ruleId : `${service}-${stage}`,
        FilterPattern: mergeLogFilters(rules.map(({ rule }) => rule.properties.filter ?? '')),
        DestinationArn: getAtt(toFunctionId('cloudwatch-log'), 'Arn'),
      },
      line,
    },
  };
}

function toSourceArn(name: Value): Value {
  const group = typeof name === 'string' ? name : `\${Name}`;
  const arn = `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${group}:*`;
  return typeof name === 'string' ? sub(arn) : sub(arn, { Name: name });
}

/** The log group of another job, when the stack makes it. */
function toMadeGroups(name: Value, context: StackContext): readonly string[] {
  return context.file.jobs
    .filter((job) => job.container !== undefined || job.build !== undefined)
    .filter((job) => toLogGroupName(job, context) === name)
    .map(toLogGroupId);
}

/** What a line starts, writes lines itself. */
function findProblems(
  { job, rule: { line, properties } }: SourceRule<'cloudwatch-log'>,
  context: StackContext,
): readonly StackProblem[] {
  const { file, stage } = context;
  const { logGroupArn } = properties;
  const group = logGroupArn.split(':')[6] ?? '';
  const ours = toFunctionNames(file).map((name) => `/aws/lambda/${toFunctionName(stage, name)}`);
  if (ours.includes(group)) {
    return [
      {
        line,
        message: `logGroupArn: found the log group of a function of Signalbox's, which writes to it whenever a job is started: that would not end`,
      },
    ];
  }
  if (group === toLogGroupName(job, context)) {
    return [
      {
        line,
        message: `logGroupArn: found the log group of the job itself: what it writes would start it again`,
      },
    ];
  }
  return [];
}

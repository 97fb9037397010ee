import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { toLongestJson } from '../../cloudformation/longest.ts';
import { arnOf, getAtt } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { toFunctionId } from '../function-name.ts';
import { ids } from '../ids.ts';
import type { Declared, Part, StackContext, StateChange } from '../part.ts';
import type { JobWithPart } from '../stack.ts';
import { toOwnCluster } from '../targets/cluster.ts';
import { toRulePrefix } from './names.ts';

/** Characters of a rule's pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const longestPattern = 2_048;

type Kind = StateChange['of'];

/** What all events of a kind have in common, and the field of `detail` that says whose an event is. */
type Pattern = {
  readonly source: string;
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly field: string;
};

/**
 * Rules for the state changes of what the stack's jobs run on: by what the names of its own begin with, and one by one
 * what belongs to others; as many for each kind as it takes to name them. The function ignores what is none of its runs,
 * and an event that two rules match is told twice, which is once.
 */
export function toStateChanges(context: StackContext, jobs: readonly JobWithPart[]): Part {
  const kinds: readonly Kind[] = ['task', 'build', 'batch-job', 'execution'];
  const rules = kinds.flatMap((kind) => toRules(kind, context, jobs));
  if (rules.length === 0) return { resources: {} };
  return {
    resources: {
      ...Object.fromEntries(rules),
      StateChangePermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: getAtt(toFunctionId('state-change'), 'Arn'),
          Principal: 'events.amazonaws.com',
          SourceArn: arnOf('events', `rule/${toRulePrefix(context.stage, 'state-change')}-*`),
        },
      },
    },
  };
}

function toRules(
  kind: Kind,
  context: StackContext,
  jobs: readonly JobWithPart[],
): readonly (readonly [string, Declared])[] {
  const changes = jobs.flatMap(({ job, part }) =>
    part.stateChanges.flatMap((change) => (change.of === kind ? [{ job, change }] : [])),
  );
  const clusters = changes.map(({ job: { clusterArn } }) =>
    clusterArn === undefined ? toOwnCluster(context).arn : toValue(clusterArn),
  );
  const pattern = toPattern(kind, different(clusters));
  const values = different(changes.map(({ change }) => toOwn(change)));
  const room = longestPattern - toLongestJson(toEventPattern(pattern, []));
  return divide(values, room).map((some, index) => [
    toLogicalId('state-change', kind, index === 0 ? 'Rule' : `Rule${index + 1}`),
    toRule(
      `${toRulePrefix(context.stage, 'state-change')}-${kind}-${index + 1}`,
      toEventPattern(pattern, some),
    ),
  ]);
}

function toRule(name: string, pattern: unknown): Declared {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: name,
      Description: 'Tells runs what became of what was started for them',
      EventPattern: pattern,
      Targets: [
        {
          Id: 'signalbox',
          Arn: getAtt(toFunctionId('state-change'), 'Arn'),
          DeadLetterConfig: { Arn: getAtt(ids.undelivered, 'Arn') },
        },
      ],
    },
  };
}

/**
 * Of a task and of a Batch job only the states that say something of a run; those of a build and of an execution may be
 * others than AWS lists.
 */
function toPattern(kind: Kind, clusters: readonly unknown[]): Pattern {
  switch (kind) {
    case 'task':
      return {
        source: 'aws.ecs',
        type: 'ECS Task State Change',
        detail: { lastStatus: ['RUNNING', 'STOPPED'], clusterArn: clusters },
        field: 'taskDefinitionArn',
      };
    case 'build':
      return {
        source: 'aws.codebuild',
        type: 'CodeBuild Build State Change',
        detail: {},
        field: 'project-name',
      };
    case 'batch-job':
      return {
        source: 'aws.batch',
        type: 'Batch Job State Change',
        detail: { status: ['RUNNABLE', 'RUNNING', 'SUCCEEDED', 'FAILED'] },
        field: 'jobQueue',
      };
    case 'execution':
      return {
        source: 'aws.states',
        type: 'Step Functions Execution Status Change',
        detail: {},
        field: 'stateMachineArn',
      };
  }
}

function toOwn(change: StateChange): unknown {
  switch (change.of) {
    case 'task':
      return change.taskDefinition;
    case 'build':
      return change.project;
    case 'batch-job':
      return change.jobQueue;
    case 'execution':
      return change.stateMachine;
  }
}

function toEventPattern({ source, type, detail, field }: Pattern, own: readonly unknown[]) {
  return { source: [source], 'detail-type': [type], detail: { ...detail, [field]: own } };
}

/** In their order, each piece with as many as there is room for. */
function divide(values: readonly unknown[], room: number): readonly (readonly unknown[])[] {
  const pieces: unknown[][] = [];
  let left = 0;
  for (const value of values) {
    const length = toLongestJson(value) + 1;
    if (length > left || pieces.length === 0) {
      pieces.push([]);
      left = room;
    }
    pieces.at(-1)?.push(value);
    left -= length;
  }
  return pieces;
}

function different(values: readonly unknown[]): readonly unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { arnOf, getAtt, ref } from '../../cloudformation/value.ts';
import type { Stage } from '../../names.ts';
import { toFunctionId } from '../function-name.ts';
import { ids } from '../ids.ts';
import type { Part } from '../part.ts';
import { toServiceRole } from '../service-role.ts';
import { mergeResources } from './merge.ts';
import type { CompileSource, SourceRule } from './source-rules.ts';

const role = 'SchedulesRole';

/**
 * Schedules of EventBridge Scheduler, in a group of the stack's own, and the role that they call the function with.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html
 */
export const toSchedules: CompileSource<'schedule'> = (rules, { stage }) => ({
  resources: mergeResources([
    {
      [ids.scheduleGroup]: {
        Type: 'AWS::Scheduler::ScheduleGroup',
        Properties: { Name: toGroupName(stage) },
      },
      [role]: toServiceRole(
        'scheduler.amazonaws.com',
        [
          {
            actions: ['lambda:InvokeFunction'],
            resources: [getAtt(toFunctionId('schedule'), 'Arn')],
          },
          { actions: ['sqs:SendMessage'], resources: [getAtt(ids.undelivered, 'Arn')] },
        ],
        // Of the group: Scheduler takes on the role for all of it, not for one schedule.
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        {
          StringEquals: {
            'aws:SourceAccount': ref('AWS::AccountId'),
            'aws:SourceArn': arnOf('scheduler', `schedule-group/${toGroupName(stage)}`),
          },
        },
      ),
    },
    ...rules.map(toSchedule),
  ]),
});

function toSchedule({ job, rule }: SourceRule<'schedule'>): Part['resources'] {
  const { id, line, properties } = rule;
  const marker = {
    rule: id,
    scheduledTime: '<aws.scheduler.scheduled-time>',
    scheduleArn: '<aws.scheduler.schedule-arn>',
  };
  return {
    [toLogicalId(id, 'Schedule')]: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: id,
        Description: `Starts the job ${job.name}`,
        GroupName: ref(ids.scheduleGroup),
        ScheduleExpression: properties.scheduleRate,
        ScheduleExpressionTimezone: properties.timezone ?? 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: getAtt(toFunctionId('schedule'), 'Arn'),
          RoleArn: getAtt(role, 'Arn'),
          // The job's own input is put in by the function.
          Input: JSON.stringify({ signalbox: marker }),
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: getAtt(ids.undelivered, 'Arn') },
        },
      },
      line,
    },
  };
}

function toGroupName({ service, stage }: Stage): string {
  return `${service}-${stage}`;
}

import { getAtt, ref } from '../../cloudformation/value.ts';
import { toFunctionId } from '../function-name.ts';
import type { Part, StackContext } from '../part.ts';
import { toRulePrefix } from './names.ts';

/**
 * Every minute, and never later than that: a pass that could not be begun or that failed is made up for by the next one,
 * so nothing is tried again and nothing is kept of it.
 */
export function toSweep({ stage }: StackContext): Part {
  const name = toFunctionId('sweep');
  return {
    resources: {
      SweepRule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: toRulePrefix(stage, 'sweep'),
          Description: 'Looks after runs that got lost',
          ScheduleExpression: 'rate(1 minute)',
          Targets: [
            {
              Id: 'signalbox',
              Arn: getAtt(name, 'Arn'),
              RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
            },
          ],
        },
      },
      SweepPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: getAtt(name, 'Arn'),
          Principal: 'events.amazonaws.com',
          SourceArn: getAtt('SweepRule', 'Arn'),
        },
      },
      SweepInvokeConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: ref(name),
          Qualifier: '$LATEST',
          MaximumEventAgeInSeconds: 60,
          MaximumRetryAttempts: 0,
        },
      },
    },
  };
}

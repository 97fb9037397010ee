import type { Job } from '../../../jobs/schema/job.ts';
import { join, partOf, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import type { JobPart, StackContext } from '../part.ts';
import { fromTemplateText, splitTemplate, toTemplateText } from './template-text.ts';

/** A job that is a state machine of the user's own: there is nothing to make, it is only started and looked at. */
export function toStateMachineJob(job: Job, _context: StackContext): JobPart {
  if (job.stateMachineArn === undefined) throw new Error(`the job ${job.name} has no stateMachineArn`);
  const { started, machine, executions } = toArns(job.stateMachineArn);
  return {
    resources: {},
    starting: [
      { actions: ['states:StartExecution'], resources: [started] },
      { actions: ['states:DescribeStateMachine'], resources: [machine] },
      // Of one that has the run's name already: whether it was given the same input.
      { actions: ['states:DescribeExecution'], resources: [executions] },
    ],
    following: [{ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [executions] }],
    stateChanges: [{ of: 'execution', stateMachine: machine }],
  };
}

/**
 * A machine is started by its own ARN or by that of a version or an alias, which are no part of the machine's, nor of
 * its executions'.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
 */
function toArns(stateMachine: string): { readonly [arn in 'started' | 'machine' | 'executions']: Value } {
  const started = toValue(stateMachine);
  const known = splitTemplate(toTemplateText(stateMachine) ?? '', ':');
  const parts =
    known[0] === 'arn' ? known : [0, 1, 2, 3, 4, 5, 6].map((index) => partOf(started, ':', index));
  return {
    started,
    machine: toArn(parts.slice(0, 7)),
    executions: toArn([...parts.slice(0, 5), 'execution', ...parts.slice(6, 7), '*']),
  };
}

function toArn(parts: readonly Value[]): Value {
  const texts = parts.filter((part) => typeof part === 'string');
  return texts.length === parts.length ? fromTemplateText(texts.join(':')) : join(':', parts);
}

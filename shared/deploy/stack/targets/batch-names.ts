import type { Job } from '../../../jobs/schema/job.ts';
import { join, partOf, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import type { StackContext } from '../part.ts';
import { fromTemplateText, splitTemplate, toTemplateText } from './template-text.ts';

/** Of its job definition and of its state machine; 80 characters at most, which is what Step Functions takes. */
export function toDefinitionName({ name }: Job, { stage: { service, stage } }: StackContext): string {
  return `${service}-${stage}-${name}`;
}

export const toMachineName = toDefinitionName;

/**
 * A job definition that is there already, as a job may be submitted with it: its ARN, and those of its revisions.
 * https://docs.aws.amazon.com/batch/latest/userguide/iam-example-restrict-job-submission.html
 */
export function toDefinitionResources(jobDefinition: string): readonly Value[] {
  const value = toValue(jobDefinition);
  const parts = splitTemplate(toTemplateText(jobDefinition) ?? '', ':');
  if (parts[0] === 'arn') {
    const arn = parts.slice(0, 6).join(':');
    return [fromTemplateText(arn), fromTemplateText(`${arn}:*`)];
  }
  const own = [0, 1, 2, 3, 4, 5].map((index) => partOf(value, ':', index));
  return [join(':', own), join(':', [...own, '*'])];
}

import type { Statement } from '../../cloudformation/statement.ts';
import type { Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { fromTemplateText, splitTemplate, toTemplateText } from './template-text.ts';

/**
 * What reading secrets takes, by their `valueFrom`. One that is encrypted with a key of the user's own needs
 * `kms:Decrypt` besides, which its key's policy can give.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
 */
export function toSecretStatements(secrets: readonly string[]): readonly Statement[] {
  const parameters = secrets.filter(isParameter).map(toValue);
  const others = secrets.filter((valueFrom) => !isParameter(valueFrom)).map(toSecretArn);
  return [
    ...(others.length === 0 ? [] : [{ actions: ['secretsmanager:GetSecretValue'], resources: others }]),
    ...(parameters.length === 0 ? [] : [{ actions: ['ssm:GetParameters'], resources: parameters }]),
  ];
}

/** Whether it is in Systems Manager; what a reference does not tell is taken for a secret of Secrets Manager. */
function isParameter(valueFrom: string): boolean {
  return splitTemplate(toTemplateText(valueFrom) ?? '', ':')[2] === 'ssm';
}

/** The end of a whole ARN; one without it is of any secret with that name. */
const randomEnd = /-[A-Za-z0-9]{6}$/;

/** Without what may follow it: a key of its JSON, a version stage and a version id. */
function toSecretArn(valueFrom: string): Value {
  const template = toTemplateText(valueFrom);
  if (template === undefined) return toValue(valueFrom);
  const parts = splitTemplate(template, ':');
  // `${Secret}:password::`
  if (parts[0] !== 'arn') return fromTemplateText(parts[0] ?? '');
  const arn = parts.slice(0, 7).join(':');
  return fromTemplateText(randomEnd.test(arn) ? arn : `${arn}-??????`);
}

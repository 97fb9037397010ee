import { FieldError, type Fields, showText, textIn } from '../reading/fields.ts';

/**
 * Throws FieldError for what is missing, or is no ARN of the service: what a message says of where it is from must not
 * be taken for another service's.
 */
export function arnIn(object: Fields, key: string, service: 's3' | 'sns' | 'sqs', where = ''): string {
  const arn = textIn(object, key, where);
  const [scheme, , named] = arn.split(':', 3);
  if (scheme === 'arn' && named === service) return arn;
  throw new FieldError(`${where}${key} is ${showText(arn)}, expected an ARN of ${service}`);
}

import { FieldError, type Fields, showText, textIn } from '../fields.ts';

/** Throws FieldError for what is missing, or is no ARN of any service. */
export function arnIn(object: Fields, key: string, where = ''): string {
  const arn = textIn(object, key, where);
  if (arn.startsWith('arn:')) return arn;
  throw new FieldError(`${where}${key} is ${showText(arn)}, expected an ARN`);
}

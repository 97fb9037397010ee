import { isJson } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { FieldError, type Fields, optionalObjectIn } from '../reading/fields.ts';

/** What a message carries beside its text, as it came; empty when it's missing. Throws FieldError. */
export function attributesIn(object: Fields, key: string, where = ''): { readonly [name: string]: Json } {
  const attributes = optionalObjectIn(object, key, where);
  if (isJson(attributes)) return attributes;
  throw new FieldError(`${where}${key} is nested too deeply, or is no JSON`);
}

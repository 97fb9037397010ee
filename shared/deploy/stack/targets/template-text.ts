import { sub, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';

/**
 * What is known of a text of jobs.yml before it is deployed: all of a plain one, and of a `!Sub` its text, with `${…}`
 * where values come later. Undefined for other references, and for `{{resolve:…}}`.
 */
export function toTemplateText(text: string): string | undefined {
  const value = toValue(text);
  const template = typeof value === 'string' ? value : value['Fn::Sub'];
  return typeof template === 'string' && !template.includes('{{resolve:') ? template : undefined;
}

/** The way back. */
export function fromTemplateText(text: string): Value {
  return text.includes('${') ? sub(text) : text;
}

/** As `split`, but not within `${AWS::Region}`. */
export function splitTemplate(text: string, separator: string): readonly string[] {
  const parts: string[] = [''];
  for (const piece of text.split(/(\$\{[^}]*\})/)) {
    const [first = '', ...others] = piece.startsWith('${') ? [piece] : piece.split(separator);
    parts.push(`${parts.pop()}${first}`, ...others);
  }
  return parts;
}

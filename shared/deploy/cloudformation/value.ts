/** A function of CloudFormation, in its long form: `{ Ref: … }`, `{ 'Fn::GetAtt': […] }` and so on. */
export type Intrinsic = { readonly [name: string]: unknown };

/** Text that is known now, or what CloudFormation makes of a function. */
export type Value = string | Intrinsic;

export function ref(logicalId: string): Intrinsic {
  return { Ref: logicalId };
}

export function getAtt(logicalId: string, attribute: string): Intrinsic {
  return { 'Fn::GetAtt': [logicalId, attribute] };
}

/** Text with `${Resource}`, `${Resource.Attribute}` and `${AWS::Region}` in it; `values` are for names of one's own. */
export function sub(text: string, values?: Readonly<Record<string, Value>>): Intrinsic {
  return { 'Fn::Sub': values === undefined ? text : [text, values] };
}

export function join(separator: string, values: readonly Value[] | Intrinsic): Intrinsic {
  return { 'Fn::Join': [separator, values] };
}

/** An ARN in the stack's own account and Region: `arnOf('sqs', 'orders')`. Both may hold `${…}`. */
export function arnOf(service: string, resource: string): Intrinsic {
  return sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
}

/** Part `index` (from 0) of a text between separators: part 5 of a queue's ARN between colons is its name. */
export function partOf(value: Value, separator: string, index: number): Value {
  if (typeof value === 'string') return value.split(separator)[index] ?? '';
  return { 'Fn::Select': [index, { 'Fn::Split': [separator, value] }] };
}

import { expect, test } from 'vitest';
import { findReferences, replaceReferences } from '../../../shared/deploy/nested/references.ts';

test('references are found in every notation, and nothing else is', () => {
  expect(
    findReferences([
      { Ref: 'Queue' },
      { 'Fn::GetAtt': ['Role', 'Arn'] },
      { 'Fn::GetAtt': 'Api.Outer.Inner' },
      { 'Fn::Sub': `\${Table} \${Bucket.Arn} \${!Literal} $\${Twice}` },
      { 'Fn::Sub': [`\${Own} \${Other}`, { Own: { Ref: 'Inside' } }] },
      { Command: [`echo \${HOME}`], Ref: 'beside another key', DependsOn: 'Queue' },
    ]),
  ).toEqual([
    { id: 'Queue' },
    { id: 'Role', attribute: 'Arn' },
    { id: 'Api', attribute: 'Outer.Inner' },
    { id: 'Table' },
    { id: 'Bucket', attribute: 'Arn' },
    { id: 'Twice' },
    { id: 'Other' },
    { id: 'Inside' },
  ]);
});

test('a reference may become a parameter or an attribute, within text as well', () => {
  const replace = ({ id, attribute }: { id: string; attribute?: string }) =>
    attribute === undefined ? { id: `P${id}` } : { id: 'Stack', attribute: `Outputs.${id}` };
  expect(
    replaceReferences(
      { a: { Ref: 'Queue' }, b: { 'Fn::Sub': `\${Queue}/\${Role.Arn}/\${!Queue}` } },
      replace,
    ),
  ).toEqual({ a: { Ref: 'PQueue' }, b: { 'Fn::Sub': `\${PQueue}/\${Stack.Outputs.Role}/\${!Queue}` } });
});

import { describe, expect, it } from 'vitest';
import { fillInPseudoParameters, fillInReferences } from '../../shared/jobs/fill-in.ts';

const fillIn = (data: unknown, values: Readonly<Record<string, string>>): unknown =>
  JSON.parse(fillInReferences(JSON.stringify(data), values));

describe('filling in references', () => {
  it('puts values in their place, whatever is in them', () => {
    const value = 'a "quoted" \\ text\nwith $& and $1';
    expect(
      fillIn(
        { a: ['signalbox:reference:0a1b2c3d', 'signalbox:reference:12345678'] },
        { '0a1b2c3d': 'x', 12345678: value },
      ),
    ).toEqual({
      a: ['x', value],
    });
  });

  it('leaves one without a value, and one of another object', () => {
    const data = [
      'signalbox:reference:0a1b2c3d',
      'signalbox:reference:toString',
      'signalbox:reference:12345678',
    ];
    expect(fillIn(data, { '0a1b2c3e': 'x', 1234567: 'y' })).toEqual(data);
  });

  it('leaves texts alone that only have such a text in them', () => {
    const data = [
      'see signalbox:reference:0a1b2c3d',
      'a "signalbox:reference:0a1b2c3d" b',
      '"signalbox:reference:0a1b2c3d"',
    ];
    expect(fillIn(data, { '0a1b2c3d': 'x' })).toEqual(data);
  });

  it('puts pseudo parameters within texts', () => {
    const json = JSON.stringify([
      `arn:\${AWS::Partition}:ecs:\${AWS::Region}:x`,
      `\${AWS::StackName}`,
      `\${x}`,
    ]);
    const values = { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-"west"-1' };
    expect(JSON.parse(fillInPseudoParameters(json, values))).toEqual([
      'arn:aws:ecs:eu-"west"-1:x',
      `\${AWS::StackName}`,
      `\${x}`,
    ]);
  });
});

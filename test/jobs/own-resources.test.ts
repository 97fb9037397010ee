import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { problemsOf } from './problems-of.ts';

const toText = (resources: string) =>
  `service: shop
jobs: { a: { target: process, local: { command: [x] }, events: [{ type: manual }] } }
resources:
  Orders: { Type: AWS::SQS::Queue }
${resources}`;

const propertiesOf = (properties: string) =>
  parseJobs(toText(`  Own: { Type: AWS::SQS::Queue, Properties: { A: ${properties} } }`), 'jobs.yml')
    .resources['Own']?.Properties?.['A'];

const problemsOfProperties = (properties: string) =>
  problemsOf(toText(`  Own: { Type: AWS::SQS::Queue, Properties: { A: ${properties} } }`));

describe("resources of one's own", () => {
  it('are none, if left out', () => {
    const [text = ''] = toText('').split('resources:');
    expect(parseJobs(text, 'jobs.yml').resources).toEqual({});
  });

  it('are kept as they are written, with their lines', () => {
    const text = toText(`  Own:
    Type: AWS::S3::Bucket
    DependsOn: Orders
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Metadata: { Owner: shop }
    Properties: { BucketName: uploads, Tags: [{ Key: a, Value: 1 }] }
`);
    expect(parseJobs(text, 'jobs.yml').resources).toEqual({
      Orders: { Type: 'AWS::SQS::Queue', line: 4 },
      Own: {
        Type: 'AWS::S3::Bucket',
        DependsOn: ['Orders'],
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Metadata: { Owner: 'shop' },
        Properties: { BucketName: 'uploads', Tags: [{ Key: 'a', Value: 1 }] },
        line: 5,
      },
    });
  });

  it("have CloudFormation's functions in the form that JSON has", () => {
    expect(propertiesOf('!GetAtt Orders.Arn')).toEqual({ 'Fn::GetAtt': ['Orders', 'Arn'] });
    expect(propertiesOf('{ Fn::GetAtt: Orders.Arn }')).toEqual({ 'Fn::GetAtt': ['Orders', 'Arn'] });
    expect(propertiesOf('!Join [":", [!Ref AWS::Region, !Select [0, !GetAZs ""]]]')).toEqual({
      'Fn::Join': [':', [{ Ref: 'AWS::Region' }, { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }]],
    });
    expect(propertiesOf(`!Base64 { Fn::Sub: ["\${x}", { x: !Ref Orders }] }`)).toEqual({
      'Fn::Base64': { 'Fn::Sub': [`\${x}`, { x: { Ref: 'Orders' } }] },
    });
    expect(propertiesOf('!Ref AWS::NoValue')).toEqual({ Ref: 'AWS::NoValue' });
    expect(propertiesOf('"{{resolve:secretsmanager:db}}"')).toBe('{{resolve:secretsmanager:db}}');
  });

  it('refer to each other and to pseudo parameters only', () => {
    const found =
      'found a reference to "Ledger", which "resources" does not have, expected one of Orders, Own';
    const place = 'resources.Own.Properties.A';
    expect(problemsOfProperties('[!Ref Ledger]')).toEqual([`5:56 ${place}[0]: ${found}`]);
    expect(problemsOfProperties('!GetAtt Ledger.Arn')).toEqual([`5:58 ${place}: ${found}`]);
    expect(problemsOfProperties(`!Sub "\${Ledger}"`)).toEqual([`5:55 ${place}: ${found}`]);
    expect(problemsOfProperties(`!Sub ["\${x}\${x", { x: 1 }]`)).toEqual([
      `5:55 ${place}: found "\${x" in Fn::Sub, expected an id or an id and an attribute, such as \${Orders.Arn}`,
    ]);
    expect(problemsOfProperties(`!Sub "$\${!x} \${!}"`)).toEqual([]);
    expect(problemsOfProperties(`!Sub ["\${x}\${Ledger}", { x: 1 }]`)).toEqual([`5:55 ${place}: ${found}`]);
  });

  it('depend on each other only', () => {
    const resources = `  One: { Type: AWS::SQS::Queue, DependsOn: Order }
  Two: { Type: AWS::SQS::Queue, DependsOn: [Orders, Ledger] }
`;
    expect(problemsOf(toText(resources))).toEqual([
      '5:44 resources.One.DependsOn: found "Order", which "resources" does not have, did you mean "Orders"?',
      '6:53 resources.Two.DependsOn[1]: found "Ledger", which "resources" does not have, expected one of Orders, One, Two',
    ]);
  });

  it('cannot need another section of the template', () => {
    expect(problemsOfProperties('!If [IsProd, 1, 2]')).toEqual([
      '5:54 resources.Own.Properties.A: found Fn::If, but the stack has no Conditions; expected a value',
    ]);
    expect(problemsOfProperties('!FindInMap [a, b, c]')[0]).toMatch(/the stack has no Mappings/);
  });

  it('have an id of letters and digits, a type, and no other attributes than a template has', () => {
    const resources = `  my-queue: { Type: AWS::SQS::Queue }
  Two: { Type: Queue }
  Three: { Type: AWS::SQS::Queue, Condition: IsProd }
  Four: { Type: AWS::SQS::Queue, Propertis: {} }
  Five: { Properties: {} }
`;
    expect(problemsOf(toText(resources))).toEqual([
      '5:3 resources.my-queue: found the name "my-queue", expected an id of 1 to 255 letters and digits, such as OrdersQueue',
      '6:16 resources.Two.Type: found "Queue", expected the type of a CloudFormation resource, such as AWS::SQS::Queue',
      '7:35 resources.Three.Condition: unknown property, expected one of Type, Properties, DependsOn, DeletionPolicy, UpdateReplacePolicy, Metadata',
      '8:34 resources.Four.Propertis: unknown property, did you mean "Properties"?',
      '9:3 resources.Five: "Type" is missing, expected the type of a CloudFormation resource, such as AWS::SQS::Queue',
    ]);
  });
});

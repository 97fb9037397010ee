import { expect, test } from 'vitest';
import { toMachines } from '../../../shared/deploy/nested/machine-definitions.ts';

const machine = (DefinitionString: unknown) => ({
  Train: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { StateMachineName: 'shop-prod-train', DefinitionString },
  },
});

test('a definition lies in the deployment bucket, and gets its values from the template', () => {
  const text = `{"a":"\${JobQueue}","b":"arn:\${AWS::Partition}:x","c":"\${Role.Arn}","d":"$.input"}`;
  const resources = machine({ 'Fn::Sub': [text, { JobQueue: { Ref: 'BatchQueue' } }] });
  expect(toMachines(resources, (content) => `templates/${content.length}.json`)).toEqual({
    resources: {
      Train: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'shop-prod-train',
          DefinitionS3Location: { Bucket: { Ref: 'ServerlessDeploymentBucket' }, Key: 'templates/78.json' },
          DefinitionSubstitutions: {
            JobQueue: { Ref: 'BatchQueue' },
            AWSPartition: { Ref: 'AWS::Partition' },
            RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
          },
        },
      },
    },
    definitions: {
      'templates/78.json': `{"a":"\${JobQueue}","b":"arn:\${AWSPartition}:x","c":"\${RoleArn}","d":"$.input"}`,
    },
  });
});

test.each([
  ['{"a":1}'],
  [{ 'Fn::Sub': `{"a":"\${AWS::Region}"}` }],
  [{ 'Fn::Sub': [`{"a":"\${!Literal}"}`, {}] }],
])('what is written otherwise stays in the template: %j', (definition) => {
  const resources = machine(definition);
  expect(toMachines(resources, () => 'key')).toEqual({ resources, definitions: {} });
});

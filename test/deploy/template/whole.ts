import { toLogicalId } from '../../../shared/deploy/cloudformation/logical-id.ts';
import type { Resource, Template } from '../../../shared/deploy/cloudformation/template.ts';
import { getAtt, type Intrinsic } from '../../../shared/deploy/cloudformation/value.ts';
import { type Stage, toFunctionName } from '../../../shared/deploy/names.ts';
import { toTemplates } from '../../../shared/deploy/nested/limits.ts';
import type { NestedTemplate } from '../../../shared/deploy/nested/split.ts';
import { toNestedStacks, toUploadKey } from '../../../shared/deploy/package/framework-stack.ts';
import { toFunctionId } from '../../../shared/deploy/stack/function-name.ts';
import type { Stack } from '../../../shared/deploy/stack/stack.ts';
import type { JobsFile } from '../../../shared/jobs/schema/file.ts';

/** A template of a whole stack: ours, and what the Serverless Framework adds to it, as far as it matters here. */
export function toWholeTemplate(stack: Stack, stage: Stage): Template {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: { ...stack.resources, ...toFrameworkResources(stack, stage) },
    Outputs: stack.outputs,
  };
}

/** The root's, then those of nested stacks, by their ids. */
export function toAllTemplates(
  file: JobsFile,
  stack: Stack,
  stage: Stage,
): Readonly<Record<string, Template | NestedTemplate>> {
  const { resources, outputs, others, nested } = toTemplates(
    file,
    {
      resources: stack.resources,
      outputs: stack.outputs,
      owners: stack.owners,
      others: toFrameworkResources(stack, stage),
    },
    (content) => toUploadKey(stage, content),
  );
  const root = {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: {
      ...resources,
      ...(others as Template['Resources']),
      ...toNestedStacks(stage, nested).resources,
    },
    Outputs: outputs as NonNullable<Template['Outputs']>,
  };
  return { root, ...Object.fromEntries(Object.entries(nested).map(([id, { template }]) => [id, template])) };
}

/** https://github.com/oss-serverless/osls/tree/main/lib/plugins/aws/package/compile */
function toFrameworkResources({ functions }: Stack, stage: Stage): Template['Resources'] {
  return {
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
    ...Object.fromEntries(
      functions.flatMap(
        ({ name, description, handler, memorySize, timeout, recursiveLoop, environment, roleId }) => {
          const logGroup = `${toLogicalId(name)}LogGroup`;
          const lambda: Resource = {
            Type: 'AWS::Lambda::Function',
            DependsOn: [logGroup],
            Properties: {
              FunctionName: toFunctionName(stage, name),
              Description: description,
              Handler: handler,
              Runtime: 'nodejs24.x',
              Architectures: ['arm64'],
              MemorySize: memorySize,
              Timeout: timeout,
              ...(recursiveLoop && { RecursiveLoop: recursiveLoop }),
              Role: getAtt(roleId, 'Arn'),
              Environment: { Variables: environment },
              Code: {
                S3Bucket: { Ref: 'ServerlessDeploymentBucket' } satisfies Intrinsic,
                S3Key: `${name}.zip`,
              },
            },
          };
          const logs: Resource = {
            Type: 'AWS::Logs::LogGroup',
            Properties: { LogGroupName: `/aws/lambda/${toFunctionName(stage, name)}`, RetentionInDays: 90 },
          };
          return [
            [toFunctionId(name), lambda],
            [logGroup, logs],
          ];
        },
      ),
    ),
  };
}

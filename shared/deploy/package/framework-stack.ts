import { createHash } from 'node:crypto';
import type { Resource } from '../cloudformation/template.ts';
import { sub, type Value } from '../cloudformation/value.ts';
import type { Stage } from '../names.ts';
import type { Split } from '../nested/split.ts';
import type { PackageFile } from './package-files.ts';

/** stack.json: what the Serverless Framework makes the stack of. */
export type FrameworkStack = Stage & {
  /** By their keys, as in serverless.yml. https://github.com/oss-serverless/osls/tree/main/docs */
  readonly functions: Readonly<Record<string, unknown>>;
  readonly resources: { readonly Resources: object; readonly Outputs: object };
  /** What is uploaded to the deployment bucket; `file` is a path in this folder. */
  readonly templates: readonly { readonly key: string; readonly file: string }[];
};

/**
 * Where something goes in the deployment bucket: by what is in it, in the Serverless Framework's own place there, which it
 * empties when the stack is removed.
 */
export function toUploadKey({ service, stage }: Stage, content: string): string {
  const hash = createHash('sha256').update(content).digest('hex');
  return `serverless/${service}/${stage}/templates/${hash}.json`;
}

/** The nested stacks as resources of their root, and the files with their templates. */
export function toNestedStacks(
  stage: Stage,
  nested: Split['nested'],
): {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly templates: FrameworkStack['templates'];
  readonly files: readonly PackageFile[];
} {
  const stacks = Object.entries(nested).map(([id, { template, parameters, dependsOn }]) => {
    const content = JSON.stringify(template);
    const key = toUploadKey(stage, content);
    const resource: Resource = {
      Type: 'AWS::CloudFormation::Stack',
      ...(dependsOn.length > 0 && { DependsOn: dependsOn }),
      Properties: { TemplateURL: toUrl(key), Parameters: parameters },
    };
    return { id, resource, template: { key, file: `templates/${id}.json` }, content };
  });
  return {
    resources: Object.fromEntries(stacks.map(({ id, resource }) => [id, resource])),
    templates: stacks.map(({ template }) => template),
    files: stacks.map(({ template, content }) => ({ path: template.file, content })),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html#path-style-access */
function toUrl(key: string): Value {
  return sub(`https://s3.\${AWS::Region}.\${AWS::URLSuffix}/\${ServerlessDeploymentBucket}/${key}`);
}

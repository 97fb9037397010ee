import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { call } from '../../aws/call.ts';
import type { FrameworkStack } from './framework-stack.ts';

/** What is used of the Serverless Framework. */
type Serverless = {
  readonly serviceDir: string;
  readonly configurationInput: object;
  readonly service: {
    readonly provider: {
      readonly shouldNotDeploy?: boolean;
      readonly compiledCloudFormationTemplate: Template;
    };
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly getProvider: (name: 'aws') => {
    readonly getAwsSdkV3Config: () => Promise<S3ClientConfig>;
    readonly getServerlessDeploymentBucketName: () => Promise<string>;
  };
};

type Template = { readonly Resources: Record<string, FunctionResource>; Outputs?: object };

type FunctionResource = {
  readonly Type: string;
  readonly Properties?: { readonly Role?: { readonly 'Fn::GetAtt'?: readonly string[] } };
  DependsOn?: readonly string[];
};

/** What a small object may take to be uploaded. */
const longestSeconds = 60;

/**
 * The plugin of the Serverless Framework that puts the functions and resources of jobs.yml in, and uploads the templates
 * of nested stacks before the stack is updated.
 */
export default class FrameworkPlugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless) {
    const { functions, resources, templates } = readStack(serverless);
    Object.assign(serverless.configurationInput, { functions });
    this.hooks = {
      // It looks for zips there, when it compares what there is with what was deployed last.
      'before:package:createDeploymentArtifacts': async () =>
        cpSync(join(serverless.serviceDir, 'functions'), join(serverless.serviceDir, '.serverless'), {
          recursive: true,
        }),
      'before:aws:package:finalize:saveServiceState': async () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate;
        leaveOutRoles(template.Resources);
        addResources(template, resources);
      },
      'after:aws:deploy:deploy:uploadArtifacts': async () => {
        if (templates.length > 0 && !serverless.service.provider.shouldNotDeploy)
          await uploadTemplates(serverless, templates);
      },
    };
  }
}

function readStack({ serviceDir, classes }: Serverless): FrameworkStack {
  const path = join(serviceDir, 'stack.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  throw new classes.Error(
    'There is no stack.json here: run "signalbox package --stage <name>" or "signalbox deploy --stage <name>", which make it of jobs.yml',
    'NO_STACK',
  );
}

/** As they are: what the framework merges itself loses names such as `constructor`, and values that are null. */
function addResources(template: Template, { Resources, Outputs }: FrameworkStack['resources']): void {
  template.Outputs ??= {};
  Object.assign(template.Resources, Resources);
  Object.assign(template.Outputs, Outputs);
}

/** A function waits for its role because it names it; cfn-lint warns of saying so twice, as the framework does. */
function leaveOutRoles(resources: Readonly<Record<string, FunctionResource>>): void {
  for (const resource of Object.values(resources)) {
    if (resource.Type !== 'AWS::Lambda::Function') continue;
    const role = resource.Properties?.Role?.['Fn::GetAtt']?.[0];
    resource.DependsOn = (resource.DependsOn ?? []).filter((id) => id !== role);
  }
}

/** Their names say what is in them: one that is there already is the same. */
async function uploadTemplates(
  serverless: Serverless,
  templates: FrameworkStack['templates'],
): Promise<void> {
  const provider = serverless.getProvider('aws');
  const [{ S3Client, PutObjectCommand }, options, Bucket] = await Promise.all([
    import('@aws-sdk/client-s3'),
    provider.getAwsSdkV3Config(),
    provider.getServerlessDeploymentBucketName(),
  ]);
  const client: S3Client = new S3Client(options);
  try {
    for (const { key, file } of templates) {
      const Body = readFileSync(join(serverless.serviceDir, file));
      await call(
        (limits) =>
          client.send(
            new PutObjectCommand({ Bucket, Key: key, Body, ContentType: 'application/json' }),
            limits,
          ),
        longestSeconds,
      );
    }
  } finally {
    client.destroy();
  }
}

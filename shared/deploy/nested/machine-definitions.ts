import { z } from 'zod';
import type { Resource, Resources } from '../cloudformation/template.ts';
import { getAtt, ref, type Value } from '../cloudformation/value.ts';

/** Templates with the definitions of their state machines beside them, by the keys that they are uploaded under. */
export type Machines = {
  readonly resources: Resources;
  readonly definitions: Readonly<Record<string, string>>;
};

const inline = z.object({
  DefinitionString: z.object({ 'Fn::Sub': z.tuple([z.string(), z.record(z.string(), z.unknown())]) }),
});

/**
 * Takes the definitions of state machines out of a template: each has 17 kB. CloudFormation reads them from the
 * deployment bucket, and puts the values in; a machine's name and ARN stay what they are.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
 */
export function toMachines(resources: Resources, toKey: (content: string) => string): Machines {
  const definitions: Record<string, string> = {};
  const changed = Object.entries(resources).map(([id, resource]) => [id, toStored(resource)] as const);
  return { resources: Object.fromEntries(changed), definitions };

  function toStored(resource: Resource): Resource {
    if (resource.Type !== 'AWS::StepFunctions::StateMachine') return resource;
    const found = inline.safeParse(resource.Properties);
    if (!found.success) return resource;
    const [text, values] = found.data.DefinitionString['Fn::Sub'];
    // A literal of Fn::Sub: substitutions know none.
    if (text.includes('$' + '{!')) return resource;
    const DefinitionSubstitutions: Record<string, unknown> = { ...values };
    const content = text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
      const key = name.replaceAll(/[^A-Za-z0-9]/g, '');
      DefinitionSubstitutions[key] ??= toValue(name);
      return `\${${key}}`;
    });
    const key = toKey(content);
    definitions[key] = content;
    const { DefinitionString: _, ...properties } = resource.Properties ?? {};
    return {
      ...resource,
      Properties: {
        ...properties,
        DefinitionS3Location: { Bucket: ref('ServerlessDeploymentBucket'), Key: key },
        DefinitionSubstitutions,
      },
    };
  }
}

/** What `${name}` of Fn::Sub stands for. */
function toValue(name: string): Value {
  const [id = '', ...attribute] = name.split('.');
  return attribute.length === 0 ? ref(id) : getAtt(id, attribute.join('.'));
}

import type { Template } from '../../../shared/deploy/cloudformation/template.ts';
import type { NestedTemplate } from '../../../shared/deploy/nested/split.ts';
import { checkLimits } from './check-limits.ts';
import { checkLinks } from './check-links.ts';
import { checkProperties } from './check-properties.ts';
import { openSchemas } from './schema.ts';

/** Everything that is wrong with a template, as far as CloudFormation's own schemas and limits tell; sentences. */
export function checkTemplate(template: Template | NestedTemplate): readonly string[] {
  const schemas = openSchemas();
  return [
    ...checkProperties(template.Resources, schemas),
    ...checkLinks(template, schemas),
    ...checkLimits(template),
  ];
}

import type { Resource, Template } from '../../../shared/deploy/cloudformation/template.ts';
import type { NestedTemplate } from '../../../shared/deploy/nested/split.ts';
import { findLinks } from './intrinsic.ts';
import type { Schemas } from './schema.ts';

/** References and DependsOn that lead nowhere, attributes that there aren't, and circles, which CloudFormation refuses. */
export function checkLinks(template: Template | NestedTemplate, schemas: Schemas): readonly string[] {
  const { Resources, Outputs = {} } = template;
  const parameters = 'Parameters' in template ? template.Parameters : {};
  const ofResources = Object.entries(Resources).flatMap(([id, resource]) => [
    ...checkEach(id, resource.Properties),
    ...toList(resource.DependsOn)
      .filter((other) => Resources[other] === undefined)
      .map((other) => `${id}: DependsOn ${other}, which isn't there`),
  ]);
  return [...ofResources, ...checkEach('Outputs', Outputs), ...checkCircles(Resources)];

  function checkEach(place: string, piece: unknown): readonly string[] {
    return findLinks(piece).flatMap(({ id, attribute }) => {
      const resource = Resources[id];
      if (resource === undefined) return id in parameters ? [] : [`${place}: ${id} isn't there`];
      if (attribute === undefined || isOutput(resource, attribute)) return [];
      const known = schemas.of(resource.Type)?.attributes ?? [];
      return known.includes(attribute) ? [] : [`${place}: ${id} (${resource.Type}) has no ${attribute}`];
    });
  }
}

/** Of a nested stack: whether it has that output is to be seen in its own template. */
function isOutput({ Type }: Resource, attribute: string): boolean {
  return Type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.');
}

function checkCircles(resources: Template['Resources']): readonly string[] {
  const done = new Set<string>();
  const found: string[] = [];
  for (const id of Object.keys(resources)) follow(id, []);
  return found;

  function follow(id: string, path: readonly string[]): void {
    if (done.has(id)) return;
    const from = path.indexOf(id);
    if (from >= 0) {
      found.push(`a circle: ${[...path.slice(from), id].join(' → ')}`);
      return;
    }
    const resource = resources[id];
    if (resource !== undefined) for (const next of toNext(resource)) follow(next, [...path, id]);
    done.add(id);
  }
}

function toNext({ Properties, DependsOn }: Resource): readonly string[] {
  return [...new Set([...findLinks(Properties).map(({ id }) => id), ...toList(DependsOn)])];
}

function toList(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

import type { Resources } from '../../../shared/deploy/cloudformation/template.ts';
import { isIntrinsic } from './intrinsic.ts';
import type { Property, PropertyType, Schemas } from './schema.ts';

/**
 * Resource types that there aren't, properties that they don't have, those that are missing and those of another type,
 * each with its place. What a function of CloudFormation gives is known when the stack is made.
 */
export function checkProperties(resources: Resources, schemas: Schemas): readonly string[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    const schema = schemas.of(Type);
    if (schema === undefined) return [`${id}: CloudFormation has no ${Type}`];
    return checkObject(`${id}.Properties`, Properties, schema.properties, schemas);
  });
}

function checkObject(
  place: string,
  value: object,
  properties: Readonly<Record<string, Property>>,
  schemas: Schemas,
): readonly string[] {
  const missing = Object.entries(properties).filter(([name, { required }]) => required && !(name in value));
  return [
    ...missing.map(([name]) => `${place}: ${name} is missing`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const property = properties[name];
      const at = `${place}.${name}`;
      return property === undefined
        ? [`${at}: there is no such property`]
        : checkProperty(at, each, property, schemas);
    }),
  ];
}

/** A property may have had another type before, which is taken still. */
function checkProperty(
  place: string,
  value: unknown,
  { type, previousTypes = [] }: Property,
  schemas: Schemas,
): readonly string[] {
  return checkAny(place, value, [type, ...previousTypes], schemas);
}

/** The problems of the first type, unless another has none. */
function checkAny(
  place: string,
  value: unknown,
  types: readonly PropertyType[],
  schemas: Schemas,
): readonly string[] {
  const all = types.map((type) => checkValue(place, value, type, schemas));
  return all.find((problems) => problems.length === 0) ?? all[0] ?? [];
}

function checkValue(place: string, value: unknown, type: PropertyType, schemas: Schemas): readonly string[] {
  if (value === undefined || value === null) return [`${place}: is ${value}`];
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'union':
      return checkAny(place, value, type.types, schemas);
    case 'array':
      if (!Array.isArray(value)) return [expected(place, 'a list', value)];
      return value.flatMap((each, at) => checkValue(`${place}[${at}]`, each, type.element, schemas));
    case 'map':
      if (!isObject(value)) return [expected(place, 'an object', value)];
      return Object.entries(value).flatMap(([key, each]) =>
        checkValue(`${place}.${key}`, each, type.element, schemas),
      );
    case 'ref':
      if (!isObject(value)) return [expected(place, 'an object', value)];
      return checkObject(place, value, schemas.propertiesOf(type), schemas);
    case 'tag':
      return isObject(value) && 'Key' in value && 'Value' in value ? [] : [expected(place, 'a tag', value)];
    case 'json':
      return isObject(value) || Array.isArray(value) || typeof value === 'string'
        ? []
        : [expected(place, 'JSON', value)];
    case 'null':
      return [expected(place, 'nothing', value)];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [expected(place, 'true or false', value)];
    case 'number':
      return typeof value === 'number' ? [] : [expected(place, 'a number', value)];
    case 'integer':
      if (!Number.isSafeInteger(value)) return [expected(place, 'a whole number', value)];
      return checkChoice(place, value, type.allowedValues);
    case 'string':
    case 'date-time':
      if (typeof value !== 'string') return [expected(place, 'text', value)];
      return type.type === 'string' ? checkChoice(place, value, type.allowedValues) : [];
  }
}

function checkChoice(
  place: string,
  value: unknown,
  allowed: readonly unknown[] | undefined,
): readonly string[] {
  if (allowed === undefined || allowed.includes(value)) return [];
  return [expected(place, `one of ${allowed.join(', ')}`, value)];
}

function expected(place: string, what: string, value: unknown): string {
  return `${place}: expected ${what}, found ${JSON.stringify(value).slice(0, 80)}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

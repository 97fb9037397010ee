import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

type Database = ReturnType<typeof loadAwsServiceSpecSync>;
/** A property of a resource, or of an object within one. */
export type Property = ReturnType<typeof findDefinition>['properties'][string];
export type PropertyType = Property['type'];

/** What CloudFormation knows of a resource's type, from the schemas that it publishes. */
export type ResourceSchema = {
  readonly properties: Readonly<Record<string, Property>>;
  /** Those that Fn::GetAtt gives. */
  readonly attributes: readonly string[];
};

export type Schemas = {
  /** Undefined for a type that CloudFormation doesn't have. */
  readonly of: (type: string) => ResourceSchema | undefined;
  /** The properties of an object within a resource. */
  readonly propertiesOf: (type: PropertyType & { type: 'ref' }) => Readonly<Record<string, Property>>;
};

/** It takes a second to read: once for a process. */
let database: Database | undefined;

export function openSchemas(): Schemas {
  database ??= loadAwsServiceSpecSync();
  const db = database;
  return {
    of(type) {
      const [resource] = db.lookup('resource', 'cloudFormationType', 'equals', type);
      return resource && { properties: resource.properties, attributes: Object.keys(resource.attributes) };
    },
    propertiesOf: ({ reference }) => findDefinition(db, reference.$ref).properties,
  };
}

function findDefinition(db: Database, reference: string) {
  return db.get('typeDefinition', reference);
}

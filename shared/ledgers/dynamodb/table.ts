/**
 * The ledger's table, in the words that both CreateTable and CloudFormation's AWS::DynamoDB::Table know. One table for
 * everything: runs, events, claims and shards differ by what their `pk` begins with (keys.ts). The indexes are sparse:
 * an item is in one only while it has its keys. They hold keys alone, so that a save rewrites little in them.
 */
export const tableDefinition = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'duePk', AttributeType: 'S' },
    { AttributeName: 'dueSk', AttributeType: 'S' },
    { AttributeName: 'jobPk', AttributeType: 'S' },
    { AttributeName: 'jobSk', AttributeType: 'S' },
    { AttributeName: 'statusPk', AttributeType: 'S' },
    { AttributeName: 'statusSk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [toIndex('due'), toIndex('job'), toIndex('status')],
  BillingMode: 'PAY_PER_REQUEST',
} as const;

/**
 * Seconds since 1970; DynamoDB removes an item some time after it, within days, so whoever reads looks at it too.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
 */
export const timeToLive = { AttributeName: 'expires', Enabled: true } as const;

function toIndex<Name extends string>(name: Name) {
  return {
    IndexName: `by-${name}`,
    KeySchema: [
      { AttributeName: `${name}Pk`, KeyType: 'HASH' },
      { AttributeName: `${name}Sk`, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'KEYS_ONLY' },
  } as const;
}

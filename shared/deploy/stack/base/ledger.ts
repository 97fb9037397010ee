import { tableDefinition, timeToLive } from '../../../ledgers/dynamodb/table.ts';
import { ref } from '../../cloudformation/value.ts';
import { toTableName } from '../../names.ts';
import { ids } from '../ids.ts';
import type { Part, StackContext } from '../part.ts';

/**
 * The table that keeps every run. It can be restored to any second of the last 35 days. Removing the stack leaves it as
 * it is: what ran, and the events that a replay needs, are not worth less because their functions are gone. As its name
 * is fixed, the stage can be deployed again only once the table was deleted, or imported into the new stack. A first
 * deploy that fails takes it away again.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
export function toLedger({ stage }: StackContext): Part {
  return {
    resources: {
      [ids.ledger]: {
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          TableName: toTableName(stage),
          ...tableDefinition,
          TimeToLiveSpecification: timeToLive,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      },
    },
    outputs: { LedgerTableName: { Description: 'Table that keeps every run', Value: ref(ids.ledger) } },
  };
}

import { type Statement, toPolicyStatements } from '../cloudformation/statement.ts';
import type { Resource } from '../cloudformation/template.ts';
import { refuseTooLong, toDocument } from './role-policies.ts';

/**
 * A role that a service of AWS takes on, under a condition if there is one, and what it may do then. Throws StackError
 * when it has no room for that.
 */
export function toServiceRole(
  service: `${string}.amazonaws.com`,
  statements: readonly Statement[],
  condition?: Statement['condition'],
): Resource {
  const document = toDocument(toPolicyStatements(statements));
  refuseTooLong(document, {
    whose: `the role for ${service}`,
    expected:
      'fewer resources of others in jobs.yml, such as queues and definitions, or jobs in several services',
  });
  const { Type, Properties } = toTrustingRole(service, condition);
  return {
    Type,
    Properties: { ...Properties, Policies: [{ PolicyName: 'signalbox', PolicyDocument: document }] },
  };
}

/** The same, as yet allowed nothing. */
export function toTrustingRole(
  service: `${string}.amazonaws.com`,
  condition?: Statement['condition'],
): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: toDocument([
        {
          Effect: 'Allow',
          Principal: { Service: service },
          Action: 'sts:AssumeRole',
          ...(condition && { Condition: condition }),
        },
      ]),
    },
  };
}

import { getAtt, type Value } from '../../cloudformation/value.ts';
import { type FunctionName, toFunctionId } from '../function-name.ts';
import type { Declared } from '../part.ts';

/**
 * Lets a service call a function, for something of its own: a topic, a rule, a log group.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
 */
export function toInvokePermission(name: FunctionName, service: string, sourceArn: Value): Declared {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: getAtt(toFunctionId(name), 'Arn'),
      Principal: `${service}.amazonaws.com`,
      SourceArn: sourceArn,
    },
  };
}

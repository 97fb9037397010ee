import { describe, expect, it } from 'vitest';
import { toLogicalId } from '../../../shared/deploy/cloudformation/logical-id.ts';
import { arnOf, getAtt, partOf } from '../../../shared/deploy/cloudformation/value.ts';

describe('values of a template', () => {
  it('give an ARN in the account and Region of the stack', () => {
    expect(arnOf('sqs', 'orders')).toEqual({
      'Fn::Sub': 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders',
    });
  });

  it('have parts: at once of a text, by CloudFormation of anything else', () => {
    expect(partOf('arn:aws:sqs:eu-west-1:123456789012:orders', ':', 5)).toBe('orders');
    expect(partOf('orders', ':', 5)).toBe('');
    expect(partOf(getAtt('Orders', 'Arn'), ':', 5)).toEqual({
      'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Orders', 'Arn'] }] }],
    });
  });
});

describe('the logical id of a resource', () => {
  it('has letters and digits only, each word with a capital', () => {
    expect(toLogicalId('train-model-3fa9c1d2', 'Role')).toBe('TrainModel3fa9c1d2Role');
    expect(toLogicalId('publicApi', 'HttpApi')).toBe('PublicApiHttpApi');
    expect(toLogicalId('a--b')).toBe('AB');
  });
});

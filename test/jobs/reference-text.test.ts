import { describe, expect, it } from 'vitest';
import {
  isReference,
  parseReference,
  toDigestText,
  toReferenceName,
  toReferenceText,
  toWritten,
} from '../../shared/jobs/reference.ts';

const name = (reference: Parameters<typeof toReferenceText>[0]) =>
  toReferenceName(toReferenceText(reference));
const written = (reference: Parameters<typeof toReferenceText>[0]) => toWritten(toReferenceText(reference));

describe('the text of a reference', () => {
  it('holds the function, and can be read again', () => {
    const text = toReferenceText({ 'Fn::GetAtt': ['Orders', 'Arn'] });
    expect(text).toBe('signalbox:reference:{"Fn::GetAtt":["Orders","Arn"]}');
    expect(parseReference(text)).toEqual({ 'Fn::GetAtt': ['Orders', 'Arn'] });
    expect(parseReference('arn:aws:sqs:eu-west-1:123456789012:orders')).toBeUndefined();
  });

  it('is shown as a person writes it', () => {
    expect(written({ Ref: 'Orders' })).toBe('!Ref Orders');
    expect(written({ 'Fn::GetAtt': ['Orders', 'Arn'] })).toBe('!GetAtt Orders.Arn');
    expect(written({ 'Fn::ImportValue': 'orders' })).toBe('!ImportValue orders');
    expect(written('{{resolve:ssm:/orders}}')).toBe('{{resolve:ssm:/orders}}');
    expect(toWritten('arn:aws:s3:::orders')).toBe('arn:aws:s3:::orders');
  });

  it('names the resource as a laptop knows it', () => {
    expect(name({ Ref: 'Orders' })).toBe('Orders');
    expect(name({ 'Fn::GetAtt': ['Orders', 'Arn'] })).toBe('Orders');
    expect(name({ 'Fn::ImportValue': 'shop-orders' })).toBe('shop-orders');
    expect(name({ 'Fn::Sub': `arn:aws:sqs:\${AWS::Region}:\${AWS::AccountId}:orders` })).toBe('orders');
    expect(name({ 'Fn::Sub': `arn:aws:s3:::\${AWS::AccountId}-in` })).toBe(`\${AWS::AccountId}-in`);
    expect(name({ 'Fn::Sub': `arn:aws:kinesis:eu-west-1:123456789012:stream/clicks` })).toBe('clicks');
    expect(name({ 'Fn::Sub': `\${Orders.Arn}` })).toBe('Orders');
    expect(name('{{resolve:ssm:/shop/orders}}')).toBe('orders');
    expect(name('{{resolve:ssm:orders:3}}')).toBe('orders');
  });

  it.each(['3fa9c1d2', '12345678', '1e234567'])(
    'that is only a digest is a reference to nobody knows what: %s',
    (digest) => {
      const text = toDigestText(digest);
      expect(text).toBe(`signalbox:reference:${digest}`);
      expect([isReference(text), parseReference(text), toReferenceName(text), toWritten(text)]).toEqual([
        true,
        undefined,
        undefined,
        text,
      ]);
    },
  );

  it('names nothing when it is no reference', () => {
    expect(toReferenceName('orders')).toBeUndefined();
  });
});

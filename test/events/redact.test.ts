import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  credentialHeaders,
  holdsCredentials,
  redactPayload,
  redactRecord,
} from '../../shared/events/redact.ts';
import type { CloudEvent } from '../../shared/events/trigger-event.ts';

function requestWith(data: CloudEvent['data']): CloudEvent {
  return {
    specversion: '1.0',
    id: 'r-1',
    source: 'arn:aws:execute-api:eu-west-1:123456789012:a1',
    type: 'aws.http.request',
    subject: 'POST /jobs',
    time: '2026-11-20T10:00:00.000Z',
    datacontenttype: 'application/json',
    data,
  };
}

const request = requestWith({
  headers: {
    authorization: 'Bearer s3cret',
    cookie: ['sid=s3cret', 'b=s3cret'],
    'x-api-key': 's3cret',
    accept: '*/*',
  },
  cookies: ['sid=s3cret'],
  query: { token: 'in the query' },
  body: { authorization: 'in the body' },
});

describe('a redacted request', () => {
  it('has no credentials in its headers and cookies, and all else', () => {
    const before = structuredClone(request);
    expect(redactRecord(request, credentialHeaders)).toEqual({
      ...request,
      data: {
        headers: {
          authorization: '[redacted]',
          cookie: '[redacted]',
          'x-api-key': '[redacted]',
          accept: '*/*',
        },
        cookies: ['[redacted]'],
        query: { token: 'in the query' },
        body: { authorization: 'in the body' },
      },
    });
    expect(request).toEqual(before);
    expect(holdsCredentials(request, credentialHeaders)).toBe(true);
  });

  it('of a load balancer has no tokens of its caller, but who it was', () => {
    const event = requestWith({
      headers: {
        'x-amzn-oidc-accesstoken': 's3cret',
        'x-amzn-oidc-data': 's3cret',
        'x-amzn-oidc-identity': 'user-1',
        'x-amz-security-token': 's3cret',
      },
      cookies: [],
    });
    expect(redactRecord(event, credentialHeaders).data['headers']).toEqual({
      'x-amzn-oidc-accesstoken': '[redacted]',
      'x-amzn-oidc-data': '[redacted]',
      'x-amzn-oidc-identity': 'user-1',
      'x-amz-security-token': '[redacted]',
    });
    expect(holdsCredentials(event, credentialHeaders)).toBe(true);
  });

  it('hides the names that a job adds, in any case, and no others', () => {
    const event = requestWith({ headers: { 'x-tenant-secret': 's', authorization: 'a' }, cookies: ['a=b'] });
    expect(redactRecord(event, ['X-Tenant-Secret']).data).toEqual({
      headers: { 'x-tenant-secret': '[redacted]', authorization: 'a' },
      cookies: ['a=b'],
    });
  });

  it('without credentials stays as it was', () => {
    const event = requestWith({ headers: { accept: '*/*' }, cookies: [] });
    expect(redactRecord(event, credentialHeaders)).toEqual(event);
    expect(holdsCredentials(event, credentialHeaders)).toBe(false);
  });

  it('with cookies of its own holds credentials', () => {
    expect(holdsCredentials(requestWith({ headers: {}, cookies: ['a=b'] }), credentialHeaders)).toBe(true);
    expect(holdsCredentials(requestWith({ headers: {}, cookies: ['a=b'] }), ['authorization'])).toBe(false);
  });

  it('is only ever an HTTP request', () => {
    const event = { ...request, type: 'aws.sqs.message' };
    expect(redactRecord(event, credentialHeaders)).toEqual(event);
    expect(holdsCredentials(event, credentialHeaders)).toBe(false);
  });

  it('never shows what was in a named header', () => {
    const name = fc.constantFrom(...credentialHeaders);
    const value = fc.oneof(fc.constant('s3cret'), fc.array(fc.constant('s3cret')));
    fc.assert(
      fc.property(fc.dictionary(name, value), fc.array(fc.constant('s3cret')), (headers, cookies) => {
        const event = requestWith({ headers, cookies });
        const text = JSON.stringify(redactRecord(event, credentialHeaders));
        expect(text).not.toContain('s3cret');
        expect(holdsCredentials(event, credentialHeaders)).toBe(text !== JSON.stringify(event));
      }),
    );
  });
});

describe('a redacted native payload', () => {
  it('of format 2.0 has no credentials in headers and cookies', () => {
    const payload = {
      version: '2.0',
      headers: { Authorization: 's3cret', accept: '*/*' },
      cookies: ['a=s3cret', 'b=s3cret'],
      body: 'x',
    };
    const before = structuredClone(payload);
    expect(redactPayload(payload, credentialHeaders)).toEqual({
      version: '2.0',
      headers: { Authorization: '[redacted]', accept: '*/*' },
      cookies: ['[redacted]'],
      body: 'x',
    });
    expect(payload).toEqual(before);
  });

  it('of format 1.0 or a load balancer has none in either kind of headers', () => {
    const payload = {
      headers: { Cookie: 's3cret' },
      multiValueHeaders: { Cookie: ['s3cret', 's3cret'], 'X-API-KEY': ['s3cret'], Accept: ['*/*'] },
    };
    expect(redactPayload(payload, credentialHeaders)).toEqual({
      headers: { Cookie: '[redacted]' },
      multiValueHeaders: {
        Cookie: ['[redacted]', '[redacted]'],
        'X-API-KEY': ['[redacted]'],
        Accept: ['*/*'],
      },
    });
  });

  it.each([
    [
      'of a load balancer',
      {
        requestContext: {
          elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1' },
        },
        httpMethod: 'POST',
        path: '/jobs',
        queryStringParameters: { token: 'in%20the%20query' },
        headers: { 'X-Amzn-Oidc-Data': 's3cret', cookie: 's3cret', 'x-amzn-oidc-identity': 'user-1' },
        body: 'in the body',
        isBase64Encoded: false,
      },
      {
        requestContext: {
          elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1' },
        },
        httpMethod: 'POST',
        path: '/jobs',
        queryStringParameters: { token: 'in%20the%20query' },
        headers: {
          'X-Amzn-Oidc-Data': '[redacted]',
          cookie: '[redacted]',
          'x-amzn-oidc-identity': 'user-1',
        },
        body: 'in the body',
        isBase64Encoded: false,
      },
    ],
    [
      'of a load balancer with multi-value headers',
      {
        httpMethod: 'GET',
        multiValueQueryStringParameters: { token: ['in', 'the', 'query'] },
        multiValueHeaders: {
          'X-AMZN-OIDC-ACCESSTOKEN': ['s3cret'],
          'X-Amz-Security-Token': ['s3cret', 's3cret'],
          Accept: ['*/*'],
        },
        body: '',
      },
      {
        httpMethod: 'GET',
        multiValueQueryStringParameters: { token: ['in', 'the', 'query'] },
        multiValueHeaders: {
          'X-AMZN-OIDC-ACCESSTOKEN': ['[redacted]'],
          'X-Amz-Security-Token': ['[redacted]', '[redacted]'],
          Accept: ['*/*'],
        },
        body: '',
      },
    ],
    [
      'of format 1.0',
      {
        version: '1.0',
        headers: { AUTHORIZATION: 's3cret', Accept: '*/*' },
        multiValueHeaders: { Authorization: ['s3cret'], Accept: ['*/*'] },
        queryStringParameters: { token: 'in the query' },
        body: 'in the body',
      },
      {
        version: '1.0',
        headers: { AUTHORIZATION: '[redacted]', Accept: '*/*' },
        multiValueHeaders: { Authorization: ['[redacted]'], Accept: ['*/*'] },
        queryStringParameters: { token: 'in the query' },
        body: 'in the body',
      },
    ],
    [
      'of format 2.0 whose cookies are nowhere else',
      { version: '2.0', rawQueryString: 'token=a', headers: {}, cookies: ['sid=s3cret'] },
      { version: '2.0', rawQueryString: 'token=a', headers: {}, cookies: ['[redacted]'] },
    ],
    [
      'whose multi-value headers are no lists',
      { multiValueHeaders: { cookie: 's3cret' }, headers: { cookie: { a: 's3cret' } } },
      { multiValueHeaders: { cookie: '[redacted]' }, headers: { cookie: '[redacted]' } },
    ],
  ])('%s has no credentials, and all else', (_name, payload, expected) => {
    const before = structuredClone(payload);
    expect(redactPayload(payload, credentialHeaders)).toEqual(expected);
    expect(payload).toEqual(before);
  });

  it('hides the names that a job adds, in any case, in every form', () => {
    const payload = {
      headers: { 'X-Tenant-Secret': 's3cret' },
      multiValueHeaders: { 'x-tenant-secret': ['s3cret'] },
    };
    expect(redactPayload(payload, ['X-TENANT-SECRET'])).toEqual({
      headers: { 'X-Tenant-Secret': '[redacted]' },
      multiValueHeaders: { 'x-tenant-secret': ['[redacted]'] },
    });
  });

  it('is deep-equal to the payload where there is nothing to hide, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        expect(redactPayload(payload, credentialHeaders)).toEqual(payload);
      }),
    );
  });
});

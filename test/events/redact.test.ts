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
    const name = fc.constantFrom('authorization', 'cookie', 'x-api-key', 'proxy-authorization');
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

  it('is deep-equal to the payload where there is nothing to hide, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        expect(redactPayload(payload, credentialHeaders)).toEqual(payload);
      }),
    );
  });
});

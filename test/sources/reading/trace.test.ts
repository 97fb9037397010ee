import { describe, expect, it } from 'vitest';
import {
  fromXRay,
  parseTraceContext,
  parseTraceparent,
  parseTracestate,
} from '../../../shared/sources/reading/trace.ts';

describe('a traceparent', () => {
  it.each([
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'],
    ['01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-09'],
  ])('is taken as it is: %s', (value) => {
    expect(parseTraceparent(value)).toBe(value);
  });

  it.each([
    ['00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01'],
    ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01'],
    ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01'],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more'],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n'],
    [' 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['00-0af7651916cd43dd-b7ad6b7169203331-01'],
    [''],
    [7],
    [null],
    [undefined],
    [['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']],
  ])('is ignored when it is none: %j', (value) => {
    expect(parseTraceparent(value)).toBeUndefined();
  });
});

describe('a tracestate', () => {
  const members = (count: number) => Array.from({ length: count }, (_, number) => `k${number}=v`).join();

  it.each([
    ['acme=7', 'acme=7'],
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    [' a=1 ,\t, b=2,', 'a=1,b=2'],
    ['a-*/_0=!+~ x', 'a-*/_0=!+~ x'],
    ['1tenant@system=a b', '1tenant@system=a b'],
    [members(32), members(32)],
    [`a=${'v'.repeat(251)},b=${'v'.repeat(256)}`, `a=${'v'.repeat(251)},b=${'v'.repeat(256)}`],
  ])('is taken, without the spaces around its members: %j', (value, tracestate) => {
    expect(parseTracestate(value)).toBe(tracestate);
  });

  it.each([
    ['a'],
    ['=1'],
    ['a='],
    ['a=1=2'],
    ['Acme=7'],
    ['_a=1'],
    ['tenant@=1'],
    ['tenant@1system=1'],
    ['a=1,a=2'],
    ['a=1,b'],
    ['a=größe'],
    ['a=1\nb'],
    ['a=1\n'],
    ['a=1\0'],
    [members(33)],
    [`a=${'v'.repeat(257)}`],
    [`a=${'v'.repeat(252)},b=${'v'.repeat(256)}`],
    [`a=1${' '.repeat(2000)}`],
    [','],
    [''],
    [7],
    [null],
    [undefined],
    [['a=1']],
  ])('is left out as a whole when it is none: %j', (value) => {
    expect(parseTracestate(value)).toBeUndefined();
  });

  it('is nothing without a traceparent', () => {
    expect(parseTraceContext(undefined, 'a=1')).toBeUndefined();
    expect(parseTraceContext('00-1-2-01', 'a=1')).toBeUndefined();
  });
});

describe('a tracing header of X-Ray', () => {
  it.each([
    [
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
    ],
    [
      'Parent=53995c3f42cd8ad8; Sampled=0; Root=1-5759e988-bd862e3fe1be46a994272793',
      '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00',
    ],
    [
      'Self=1-5759e988-000000000000000000000000;Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=?;Lineage=a87bd80c:0',
      '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00',
    ],
    [
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8',
      '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00',
    ],
  ])('is the same trace in the words of W3C: %s', (header, traceparent) => {
    expect(fromXRay(header)).toEqual({ traceparent });
  });

  it.each([
    ['Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1'],
    ['Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'],
    ['Root=1-5759e988bd-862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'],
    ['Root=1-5759e988-bd862e3fe1be46a994272793;Parent=0000000000000000;Sampled=1'],
    ['Root=1-5759E988-BD862E3FE1BE46A994272793;Parent=53995c3f42cd8ad8;Sampled=1'],
    ['Root=1-5759e988;Parent=53995c3f42cd8ad8;Sampled=1'],
    ['Root=1-5759e988-bd862e3fe1be46a994272793-7;Parent=53995c3f42cd8ad8;Sampled=1'],
    [';;;='],
    [''],
    [7],
    [undefined],
  ])('is ignored when it names no parent, or is none: %j', (header) => {
    expect(fromXRay(header)).toBeUndefined();
  });
});

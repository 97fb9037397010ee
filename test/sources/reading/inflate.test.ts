import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FieldError } from '../../../shared/sources/reading/fields.ts';
import { createInflater } from '../../../shared/sources/reading/inflate.ts';

const mebibyte = 1024 * 1024;
const tooMuch = new FieldError('the packed data of the delivery unpack to more than 1048576 bytes');

describe('createInflater', () => {
  it('unpacks gzip and zlib', () => {
    const inflate = createInflater(mebibyte);
    expect(inflate(gzipSync('a text'))?.toString()).toBe('a text');
    expect(inflate(deflateSync('a text'))?.toString()).toBe('a text');
    expect(inflate(gzipSync(''))?.toString()).toBe('');
  });

  it('unpacks what shrank a lot, with or without its size in it', () => {
    const text = 'a'.repeat(500_000);
    const inflate = createInflater(mebibyte);
    expect(inflate(gzipSync(text))?.toString()).toBe(text);
    expect(inflate(deflateSync(text))?.toString()).toBe(text);
  });

  it('unpacks several gzips that follow one another as one', () => {
    const members = Buffer.concat([gzipSync('a'.repeat(100_000)), gzipSync('b'), gzipSync('c')]);
    expect(createInflater(mebibyte)(members)?.toString()).toBe(`${'a'.repeat(100_000)}bc`);
  });

  it.each([
    ['text', Buffer.from('a text')],
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0x1f])],
    ['a text that starts as zlib does', Buffer.from('x^2 + y^2')],
    ['only the header of a gzip', gzipSync('a text').subarray(0, 10)],
    ['a gzip without its end', gzipSync('a text').subarray(0, 20)],
    ['a gzip with other bytes in it', Buffer.from(gzipSync('a text')).fill(0xff, 12, 14)],
    ['a gzip whose checksum is wrong', Buffer.from(gzipSync('a text')).fill(0, 16, 20)],
    ['a zlib without its end', deflateSync('a text').subarray(0, 8)],
    ['a zlib that wants a dictionary', deflateSync('a text', { dictionary: Buffer.from('text') })],
  ])('gives nothing for %s', (_name, bytes) => {
    expect(createInflater(mebibyte)(bytes)).toBeUndefined();
  });

  it('unpacks up to as many bytes as it may, and no more', () => {
    expect(createInflater(mebibyte)(gzipSync(Buffer.alloc(mebibyte)))?.length).toBe(mebibyte);
    expect(createInflater(mebibyte)(deflateSync(Buffer.alloc(mebibyte)))?.length).toBe(mebibyte);
    expect(() => createInflater(mebibyte)(gzipSync(Buffer.alloc(mebibyte + 1)))).toThrow(tooMuch);
    expect(() => createInflater(mebibyte)(deflateSync(Buffer.alloc(mebibyte + 1)))).toThrow(tooMuch);
  });

  it('counts all of its calls together', () => {
    const inflate = createInflater(mebibyte);
    const half = gzipSync(Buffer.alloc(mebibyte / 2));
    expect(inflate(half)?.length).toBe(mebibyte / 2);
    expect(inflate(half)?.length).toBe(mebibyte / 2);
    expect(() => inflate(gzipSync('a'))).toThrow(tooMuch);
    expect(() => inflate(gzipSync(''))).toThrow(tooMuch);
    expect(inflate(Buffer.from('a text'))).toBeUndefined();
  });

  it('leaves to others what one gzip could not have, when it says so itself', () => {
    const inflate = createInflater(mebibyte);
    expect(() => inflate(gzipSync(Buffer.alloc(10 * mebibyte)))).toThrow(tooMuch);
    expect(inflate(gzipSync('a text'))?.toString()).toBe('a text');
  });

  it('counts what it unpacked in vain, so that many that lie about their size take no longer than one', () => {
    const inflate = createInflater(mebibyte);
    const liar = gzipSync(Buffer.alloc(10 * mebibyte));
    liar.writeUInt32LE(1, liar.length - 4);
    expect(() => inflate(liar)).toThrow(tooMuch);
    expect(() => inflate(gzipSync('a text'))).toThrow(tooMuch);
  });

  it('takes from others little more than what a broken one came to', () => {
    const inflate = createInflater(mebibyte);
    const broken = Buffer.from(gzipSync('a text')).fill(0, 16, 20);
    for (let count = 0; count < 1000; count++) expect(inflate(broken)).toBeUndefined();
    expect(inflate(gzipSync(Buffer.alloc(mebibyte / 2)))?.length).toBe(mebibyte / 2);
  });
});

import { unzipSync } from 'node:zlib';
import { FieldError } from './fields.ts';

/** The unpacked bytes; `undefined` for bytes that are neither gzip nor zlib, or are broken. Throws FieldError. */
export type Inflate = (bytes: Buffer) => Buffer | undefined;

/**
 * Unpacks gzip and zlib, for one delivery: what all calls together unpack is at most `mostBytes`, else it throws
 * FieldError. What is unpacked in vain counts too, or many broken records would take as long as many good ones.
 */
export function createInflater(mostBytes: number): Inflate {
  let leftBytes = mostBytes;

  return function inflate(bytes) {
    if (!isGzip(bytes) && !isZlib(bytes)) return undefined;
    const declaredBytes = declaredSizeOf(bytes);
    if (declaredBytes > leftBytes || leftBytes === 0) throw tooMuch(mostBytes);
    // First what may be expected: of what is broken, only how far it was let is known, and so used up.
    const expectedBytes = Math.max(declaredBytes, bytes.length * usualRatio);
    for (const limitBytes of expectedBytes < leftBytes ? [expectedBytes, leftBytes] : [leftBytes]) {
      const unpacked = unpack(bytes, limitBytes);
      if (unpacked === 'larger') continue;
      leftBytes -= unpacked === 'broken' ? limitBytes : unpacked.length;
      return unpacked === 'broken' ? undefined : unpacked;
    }
    leftBytes = 0;
    throw tooMuch(mostBytes);
  };
}

/** https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1 */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Method, window size and checksum of the header. https://www.rfc-editor.org/rfc/rfc1950#section-2.2 */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0;
}

/** Text seldom shrinks to less than an eighth. */
const usualRatio = 8;

/** No DEFLATE data expands further. https://zlib.net/zlib_tech.html */
const highestRatio = 1032;

/**
 * Of the last member of a gzip, as its trailer says; 0 where it says nothing that could be true.
 * https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
 */
function declaredSizeOf(bytes: Buffer): number {
  if (!isGzip(bytes) || bytes.length < 18) return 0;
  const size = bytes.readUInt32LE(bytes.length - 4);
  return size <= bytes.length * highestRatio ? size : 0;
}

function unpack(bytes: Buffer, limitBytes: number): Buffer | 'larger' | 'broken' {
  const chunkSize = Math.min(limitBytes + 64, largestChunkBytes);
  try {
    return unzipSync(bytes, { maxOutputLength: limitBytes, chunkSize });
  } catch (error) {
    return error instanceof RangeError ? 'larger' : 'broken';
  }
}

const largestChunkBytes = 1024 * 1024;

function tooMuch(mostBytes: number): FieldError {
  return new FieldError(`the packed data of the delivery unpack to more than ${mostBytes} bytes`);
}

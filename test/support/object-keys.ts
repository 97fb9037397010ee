import fc from 'fast-check';

/** Keys that an object in S3 can have: text, which UTF-8 can say. */
export function objectKeys(): fc.Arbitrary<string> {
  const plain = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
  const special = fc.string({ unit: fc.constantFrom('+', ' ', '%', '/', '2', 'B', 'é', '😀'), minLength: 1 });
  return fc
    .oneof(plain, special, fc.string({ unit: 'binary', minLength: 1 }))
    .filter((key) => key.isWellFormed());
}

/** As S3 writes a key into a notification: a form's encoding of its UTF-8, but for the slashes. */
export function toEncodedKey(key: string): string {
  return [...Buffer.from(key, 'utf8')].map(toEncodedByte).join('');
}

function toEncodedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === ' ') return '+';
  if (/[A-Za-z0-9._*/-]/.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

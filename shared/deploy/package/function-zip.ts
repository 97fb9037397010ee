import { zipSync } from 'fflate';

/** The earliest time that a zip can hold, in local time, as a zip has it: the same bytes in every time zone. */
const time = new Date(1980, 0, 1);

/** Readable by everyone, as Lambda wants it; `-rw-r--r--` of a plain file. */
const mode = 0o100644;

/**
 * A zip of files, by their paths within it. The same files give the same bytes, in whatever order they come, so that
 * what has not changed is not deployed again.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html
 */
export function toFunctionZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime: time, os: 3, attrs: mode * 0x1_00_00 });
}

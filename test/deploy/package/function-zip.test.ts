import { execFileSync } from 'node:child_process';
import { unzipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { toFunctionZip } from '../../../shared/deploy/package/function-zip.ts';

const code = Buffer.from('exports.handler = async () => "ok";\n'.repeat(50));
const jobs = Buffer.from('{}');

test('a zip has its files, compressed', () => {
  const zip = toFunctionZip({ 'sqs.cjs': code, 'jobs.json': jobs });
  const files = unzipSync(zip);
  expect(Object.keys(files)).toEqual(['jobs.json', 'sqs.cjs']);
  expect(Buffer.from(files['sqs.cjs'] ?? []).equals(code)).toBe(true);
  expect(zip.length).toBeLessThan(code.length / 2);
});

test('the same files give the same bytes, later, in another order and in another time zone', () => {
  const zip = Buffer.from(toFunctionZip({ 'sqs.cjs': code, 'jobs.json': jobs }));
  vi.useFakeTimers({ now: new Date('2031-01-01T00:00:00Z'), toFake: ['Date'] });
  try {
    expect(zip.equals(toFunctionZip({ 'jobs.json': jobs, 'sqs.cjs': code }))).toBe(true);
  } finally {
    vi.useRealTimers();
  }
  const module = JSON.stringify(
    new URL('../../../shared/deploy/package/function-zip.ts', import.meta.url).href,
  );
  const script = `import { toFunctionZip } from ${module};
    process.stdout.write(toFunctionZip({ 'sqs.cjs': Buffer.from(${JSON.stringify(code.toString())}), 'jobs.json': Buffer.from('{}') }));`;
  const env = { ...process.env, TZ: 'Pacific/Kiritimati' };
  expect(zip.equals(execFileSync(process.execPath, ['--input-type=module', '-e', script], { env }))).toBe(
    true,
  );
});

test('anybody may read its files, as Lambda wants it', () => {
  const zip = Buffer.from(toFunctionZip({ 'sqs.cjs': code }));
  const entry = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  expect((zip.readUInt32LE(entry + 38) >>> 16).toString(8)).toBe('100644');
});

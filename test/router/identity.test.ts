import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toRunId } from '../../shared/runs/identity.ts';

const sourceArn = 'arn:aws:sqs:eu-west-1:123456789012:texts';

describe('a run id', () => {
  it('is the same wherever and whenever it is computed', () => {
    expect(toRunId('word-index', sourceArn, '8b1f2c3d-0000-4444-8888-abcdefabcdef')).toBe(
      'nxbrvioue5pvcwtstuodj0gezj',
    );
    expect(toRunId('word-index', sourceArn, 'é"')).toBe('5hludkg5x1bp0h8ig4w016nvxp');
  });

  it('is 26 characters of 0-9 and a-z, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (job, arn, id) => {
          expect(toRunId(job, arn, id)).toMatch(/^[0-9a-z]{26}$/);
        },
      ),
    );
  });

  it('differs when any of the three differs', () => {
    const ids = [
      toRunId('a', 'arn:b', 'c'),
      toRunId('a2', 'arn:b', 'c'),
      toRunId('a', 'arn:b2', 'c'),
      toRunId('a', 'arn:b', 'c2'),
      // The same letters, cut elsewhere.
      toRunId('aarn', ':b', 'c'),
      toRunId('a', 'arn:bc', ''),
      toRunId('a","arn:b', '', 'c'),
    ];
    expect(new Set(ids).size).toBe(7);
  });
});

import { expect, it } from 'vitest';
import { withoutFindings } from '../../shared/sources/without-findings.ts';

it.each([
  [
    'Sns.MessageId is missing, expected the id of a message',
    'Sns.MessageId is missing, expected the id of a message',
  ],
  ['s3.object.key is "s3cr3t", expected UTF-8', 's3.object.key is "…", expected UTF-8'],
  [
    'eventSource is "s3\\"cr3t, expected s3cr3t", expected "aws:sqs"',
    'eventSource is "…", expected "aws:sqs"',
  ],
  ['NewImage["a\\" is"] is "s3cr3t", expected a text', 'NewImage["…"] is "…", expected a text'],
  ['the payload has "s3cr3t", "a" and 3 more', 'the payload has "…", "…" and 3 more'],
  ['it is "s3cr3t\\\\", and "s3cr3t\n"', 'it is "…", and "…"'],
])('what is wrong is said without what was found: %s', (message, shown) => {
  expect(withoutFindings(message)).toBe(shown);
  expect(withoutFindings(shown)).toBe(shown);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atEnd, makeFolder } from '../support/folder.ts';
import { loadLambda } from '../support/lambda.ts';

// Otherwise tests of the functions could not fail.
it('what a handler leaves open is noticed, and what is no JSON', async () => {
  const folder = makeFolder();
  const path = join(folder, 'careless.cjs');
  writeFileSync(
    path,
    `const { readFile } = require('node:fs');
    exports.handler = async (payload) => {
      setTimeout(() => {}, 60_000);
      readFile(__filename, () => {});
      if (payload === 'throw') throw new TypeError('no');
      console.log('a line');
      return { statusCode: 202, headers: undefined };
    };`,
  );
  const lambda = await loadLambda(path, {});
  atEnd(() => lambda.end());
  expect(await lambda.invoke({}, 'request-1')).toEqual({
    answer: { statusCode: 202 },
    isJson: false,
    underWay: ['FSReqCallback', 'Timeout'],
  });
  expect(await lambda.invoke('throw', 'request-2')).toMatchObject({
    error: { name: 'TypeError', message: 'no' },
    underWay: expect.arrayContaining(['Timeout', 'Timeout']),
  });
  expect(await lambda.end()).toEqual(['a line']);
});

it('a function that ends by itself is noticed', async () => {
  const path = join(makeFolder(), 'broken.cjs');
  writeFileSync(path, `console.log('why'); process.exit(7);`);
  await expect(loadLambda(path, {})).rejects.toThrow('the function ended with 7: why');
});

import { describe, expect, it } from 'vitest';
import { toStack } from '../../shared/deploy/stack/stack.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { matrix } from './matrix.ts';
import { checkTemplate } from './template/check.ts';
import { toAllTemplates } from './template/whole.ts';

describe('the stack of a jobs.yml', () => {
  it.each(Object.entries(matrix))('with %s is what CloudFormation takes', (_name, jobsYml) => {
    const file = parseJobs(jobsYml, '/matrix/jobs.yml');
    const stage = { service: file.service, stage: 'prod' };
    const templates = toAllTemplates(file, toStack({ file, stage }), stage);
    const problems = Object.entries(templates).flatMap(([name, template]) =>
      checkTemplate(template).map((problem) => `${name}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toStack } from '../../shared/deploy/stack/stack.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { matrix } from './matrix.ts';
import { toAllTemplates } from './template/whole.ts';

/**
 * `node --run test:lint-stack`: the templates of the whole matrix before cfn-lint, which knows CloudFormation's schemas
 * with their patterns and enumerations, and much of what the services refuse. Errors and warnings fail it.
 */

/** Rules that are not asked for, and why. */
const ignored: Readonly<Record<string, string>> = {};

const longestMs = 600_000;

if (spawnSync('cfn-lint', ['--version'], { stdio: 'ignore' }).status !== 0) {
  process.stderr.write("test:lint-stack needs cfn-lint\nInstall it with: pip install 'cfn-lint'\n");
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'signalbox-lint-'));
try {
  process.exitCode = lint(writeTemplates()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function writeTemplates(): readonly string[] {
  return Object.entries(matrix).flatMap(([name, jobsYml]) => {
    const file = parseJobs(jobsYml, '/matrix/jobs.yml');
    const stage = { service: file.service, stage: 'prod' };
    return Object.entries(toAllTemplates(file, toStack({ file, stage }), stage)).map(([id, template]) => {
      const path = join(folder, `${name.replace(/[^A-Za-z0-9]+/g, '-')}.${id}.json`);
      writeFileSync(path, JSON.stringify(template, null, 1));
      return path;
    });
  });
}

/** All in one process: it reads its schemas once. */
function lint(paths: readonly string[]): boolean {
  const rules = Object.keys(ignored).flatMap((rule) => ['--ignore-checks', rule]);
  const asked = ['--regions', 'eu-west-1', '--format', 'parseable', ...rules, '--template', ...paths];
  const { status, stdout, error } = spawnSync('cfn-lint', asked, {
    encoding: 'utf8',
    timeout: longestMs,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw error;
  process.stdout.write(stdout.replaceAll(`${folder}/`, ''));
  process.stdout.write(
    `cfn-lint: ${paths.length} templates, ${status === 0 ? 'nothing found' : 'see above'}\n`,
  );
  return status === 0;
}

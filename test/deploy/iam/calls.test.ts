import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toFunctionName } from '../../../shared/deploy/names.ts';
import { bundleFunctions } from '../../../shared/deploy/package/bundle.ts';
import type { FunctionName } from '../../../shared/deploy/stack/function-name.ts';
import { type SourceName, sourceNames } from '../../../shared/events/trigger-event.ts';
import { type Deployed, deploy } from '../deployed/deployed.ts';
import {
  driveManual,
  driveRunsApi,
  driveShard,
  driveStateChange,
  driveSweep,
  driveTrigger,
  driveWake,
  queueRuns,
  runsOf,
} from './drive.ts';
import { existing, toJobsYml } from './jobs.ts';
import { toLambdaNeeds } from './lambda-needs.ts';
import { toAnswerNeeds, toNeeds } from './needs.ts';
import { doesAllow, isAllowed, type Need } from './policy.ts';
import { statementsOf } from './role.ts';

const names: readonly FunctionName[] = [...sourceNames, 'wake', 'sweep', 'state-change', 'runs-api'];

let cloud: Deployed;
const folder = mkdtempSync(join(tmpdir(), 'signalbox-iam-'));

/** Every function does all that it ever does. */
beforeAll(async () => {
  const bundles = { folder, metafile: await bundleFunctions(folder) };
  cloud = await deploy({
    jobsYml: toJobsYml(),
    bundles,
    existing,
    queues: existing.queues,
    topics: existing.topics,
  });
  for (const source of sourceNames) await driveTrigger(cloud, source);
  await driveShard(cloud);
  const started = async (source: SourceName) =>
    (await runsOf(cloud, source)).filter(({ status }) => status === 'starting' || status === 'running');
  await driveWake(cloud, await queueRuns(cloud, 'sqs'));
  await driveSweep(cloud, await queueRuns(cloud, 'cloudwatch-log'));
  await driveStateChange(cloud, await started('kinesis-stream'));
  await driveManual(cloud);
  await driveRunsApi(cloud, await runsOf(cloud, 'event-bus'));

  await sleep(50);
}, 600_000);

afterAll(async () => {
  await cloud?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe.each(names)('the function %s', (name) => {
  it('is allowed every call that it makes', () => {
    const statements = statementsOf(name, cloud.template.Resources, cloud.resolve);
    const denied = needsOf(name).filter((need) => !isAllowed(statements, need));
    expect([...new Set(denied.map(toText))]).toEqual([]);
  });

  it('makes every call that it is allowed', () => {
    const needs = [...needsOf(name), ...callsOf(name).flatMap(toAnswerNeeds)].map((need) => ({
      ...need,
      resource: toAlike(need.resource),
    }));
    const unused = statementsOf(name, cloud.template.Resources, cloud.resolve).flatMap((statement) =>
      [statement.Action].flat().flatMap((action) =>
        [statement.Resource].flat().flatMap((resource) => {
          const one = { ...statement, Action: action, Resource: toAlike(resource) };
          return needs.some((need) => doesAllow(one, need)) ? [] : [`${action} on ${resource}`];
        }),
      ),
    );
    expect(unused).toEqual([]);
  });
});

function needsOf(name: FunctionName): readonly Need[] {
  const { resolve, template } = cloud;
  return [
    ...callsOf(name).flatMap((call) => toNeeds(call, cloud)),
    ...toLambdaNeeds(toFunctionName(cloud.stage, name), template.Resources, resolve),
  ];
}

function callsOf(name: FunctionName) {
  return cloud.recorder.calls.filter(({ caller }) => caller === name);
}

/** Two jobs of Batch stand for each other: one is stopped, of the other what waits too long is ended. */
function toAlike(resource: string): string {
  return resource.replaceAll('iam-test-impatient', 'iam-test-batch');
}

function toText({ action, resource, keys }: Need): string {
  return `${action} on ${resource} ${JSON.stringify(keys)}`;
}

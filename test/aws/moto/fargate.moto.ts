import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../../shared/runs/order.ts';
import type { FargateWork } from '../../../shared/runs/plan.ts';
import { createFargateTarget } from '../../../shared/targets/fargate/fargate.ts';
import { toHandle } from '../../contract/target.ts';
import { region } from '../../stand-in/core.ts';
import { runId } from '../../support/draft.ts';
import { toFargateOrder, toWork } from '../../targets/fargate/fargate-world.ts';
import { createMotoClients, toEndpoint, toOwnName } from './moto.ts';

/*
 * moto keeps tasks and runs none. It ignores clientToken, and so starts another task for each RunTask; it knows no
 * times, so that a task is never seen to have begun, no stop codes and exit codes, no Spot without instances of one's
 * own, and no limit on the length of overrides.
 */

const token = `${runId}-1-1`;
const inline = { tier: 'inline', text: '{"id":"event-1"}' } as const;

async function openCluster() {
  const clients = createMotoClients();
  const ecs = await clients.ecs();
  const name = toOwnName('jobs');
  await keepRunning();
  await ecs.send(new CreateClusterCommand({ clusterName: name }));
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: name,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        {
          name: 'job',
          image: 'registry.example/job:1',
          // moto adds them up, and fails where a container leaves it to the task.
          memory: 512,
          environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::settings/job.env' }],
        },
      ],
    }),
  );
  const cluster = `arn:aws:ecs:eu-west-1:123456789012:cluster/${name}`;
  const subnet = await findDefault('DescribeSubnets', /subnet-[0-9a-f]+/);
  // It can't do without one, as ECS can.
  const securityGroup = await findDefault('DescribeSecurityGroups', /sg-[0-9a-f]+/);
  const network = { subnets: [subnet], securityGroups: [securityGroup], assignPublicIp: true };
  const { environmentFiles: _, ...work } = toWork(name, {
    cluster,
    network,
    taskDefinition: taskDefinition?.taskDefinitionArn ?? '',
  });
  const toOrder = (of = token): Order<FargateWork> => ({ ...toFargateOrder(name, { token: of }), work });
  const describeTask = async (arn = '') => {
    const command = new DescribeTasksCommand({ cluster, tasks: [arn], include: ['TAGS'] });
    return (await ecs.send(command)).tasks?.[0];
  };
  return { target: createFargateTarget(clients), toOrder, describeTask };
}

/** Left to itself, a task of moto's goes one status further with each DescribeTasks. */
async function keepRunning(): Promise<void> {
  const body = { model_name: 'ecs::task', transition: { progression: 'manual', times: 1_000_000 } };
  const { ok } = await fetch(`${toEndpoint()}/moto-api/state-manager/set-transition`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!ok) throw new Error('moto does not keep tasks as they are');
}

/** One of the default VPC's, by EC2's own protocol; its SDK is not among this project's packages. */
async function findDefault(action: string, id: RegExp): Promise<string> {
  const scope = `Credential=moto/20261120/${region}/ec2/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(toEndpoint(), {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 ${scope}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `Action=${action}&Version=2016-11-15`,
  });
  const found = id.exec(await response.text())?.[0];
  if (found === undefined) throw new Error(`moto gives nothing by default to ${action}`);
  return found;
}

describe("the target fargate and moto's ECS", () => {
  it('starts a task that has its variables, and leads back to the run', async () => {
    const { target, toOrder, describeTask } = await openCluster();
    const { externalId } = toHandle(toOrder(), await target.start(toOrder(), inline));
    const task = await describeTask(externalId);
    expect(task).toMatchObject({
      taskArn: externalId,
      launchType: 'FARGATE',
      startedBy: `signalbox-${runId}`,
      tags: [
        { key: 'signalbox:run', value: runId },
        { key: 'signalbox:job', value: 'word-index' },
        { key: 'signalbox:token', value: token },
      ],
    });
    const environment = task?.overrides?.containerOverrides?.[0]?.environment;
    expect(environment).toContainEqual({ name: 'STP_TRIGGER_EVENT_DATA', value: '{"id":"event-1"}' });
    expect(environment).toContainEqual({ name: 'STP_START_TOKEN', value: token });
  });

  it('finds a task by its ARN, and by its token alone', async () => {
    const { target, toOrder } = await openCluster();
    const order = toOrder();
    const handle = toHandle(order, await target.start(order, inline));
    const found = { token, externalId: handle.externalId, state: 'pending' };
    expect(await target.describe([handle])).toMatchObject([found]);
    expect(await target.describe([{ token, work: order.work }])).toMatchObject([found]);
  });

  it('starts a token once, although moto knows no tokens, when it is told of a former call', async () => {
    const { target, toOrder } = await openCluster();
    const order = toOrder();
    const first = toHandle(order, await target.start(order, inline));
    expect(await target.start(order, inline, { isRepeat: true })).toMatchObject({
      kind: 'started',
      externalId: first.externalId,
    });
    const other = toOrder(`${runId}-1-2`);
    const second = toHandle(other, await target.start(other, inline, { isRepeat: true }));
    expect(second.externalId).not.toBe(first.externalId);
  });

  it('stops a task by its token alone', async () => {
    const { target, toOrder } = await openCluster();
    const order = toOrder();
    const handle = toHandle(order, await target.start(order, inline));
    expect(await target.stop({ token, work: order.work })).toEqual({ kind: 'asked' });
    expect(await target.describe([handle])).toMatchObject([{ token, state: 'ended' }]);
  });

  it("lists the definition's own environment files behind the event's", async () => {
    const { target, toOrder, describeTask } = await openCluster();
    const payload = { uri: 's3://events/run.env', sha256: '0'.repeat(64), sizeBytes: 9 };
    const answer = await target.start(toOrder(), { tier: 'environment-file', payload });
    const task = await describeTask(toHandle(toOrder(), answer).externalId);
    expect(task?.overrides?.containerOverrides?.[0]?.environmentFiles).toEqual([
      { type: 's3', value: 'arn:aws:s3:::events/run.env' },
      { type: 's3', value: 'arn:aws:s3:::settings/job.env' },
    ]);
  });

  it('has no trace of what was never started', async () => {
    const { target, toOrder } = await openCluster();
    const { work } = toOrder();
    expect(await target.describe([{ token, work }])).toMatchObject([{ token, state: 'absent' }]);
    expect(await target.stop({ token, work })).toMatchObject({ kind: 'unknown' });
  });

  it('is refused where there is no such cluster', async () => {
    const { target, toOrder } = await openCluster();
    const order = toOrder();
    const work = { ...order.work, cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/none' };
    expect(await target.start({ ...order, work }, inline)).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected', reason: expect.stringContaining('ClusterNotFoundException') },
    });
  });
});

import { isJson, isObject, parseJson } from '../events/json.ts';
import type { CloudEvent, Json, TriggerEvent } from '../events/trigger-event.ts';
import type { RunnableJob } from '../jobs/runnable.ts';
import { areOfOneJob } from '../jobs/task-family.ts';
import { decide } from '../runs/decide.ts';
import { toRunId } from '../runs/identity.ts';
import type { Draft } from '../runs/ledger.ts';
import type { Plan, Work } from '../runs/plan.ts';
import { type EpochMs, type Run, toToken } from '../runs/run.ts';
import type { StateChange } from '../targets/target.ts';
import { toHops } from './hops.ts';

export type ByHand = StateChange & { readonly kind: 'by-hand' };

/** The longest that anything runs. */
const yearSeconds = 31_536_000;

/** What a person started, as a run of the job that it is one of. */
export type Adopted = { readonly draft: Draft; readonly token: string };

export type AdoptParts = {
  readonly jobs: readonly RunnableJob[];
  readonly toPlan: (job: RunnableJob) => Plan;
  readonly now: () => EpochMs;
};

/**
 * What a person started becomes a run of the job whose task definition, project or state machine it is made of; of no
 * job, or of several that share it, it's nobody's. It is not tried again, nor ever stopped for its time: whoever started
 * it is there to do that. When too many announcements in a row led to it, it is not announced.
 */
export function adopt(
  target: string,
  { resource, externalId, event, redriveOf }: ByHand,
  { jobs, toPlan, now }: AdoptParts,
): Adopted | undefined {
  const plans = jobs
    .map((job) => ({ job, plan: toPlan(job) }))
    .filter(({ plan: { work } }) => work.target === target && isMadeOf(work, resource));
  const [only, ...others] = plans;
  if (only === undefined || others.length > 0) return undefined;
  const { job, plan } = only;
  const id = toRunId(job.name, `by-hand:${target}`, externalId);
  const at = now();
  const given = toEvent(externalId, resource, event, at);
  const hops = toHops(recordsIn(given));
  const once: Plan = {
    ...plan,
    work: plan.work.target === 'batch' ? { ...plan.work, tryStartTimeoutSeconds: yearSeconds } : plan.work,
    retry: { ...plan.retry, attempts: 1 },
    timeoutSeconds: yearSeconds,
    startTimeoutSeconds: yearSeconds,
  };
  const draft: Draft = {
    run: toStarted(
      {
        id,
        job: job.name,
        plan: once,
        eventId: externalId,
        ...(redriveOf === undefined ? {} : { replayOf: redriveOf }),
        ...(hops === undefined ? {} : { hops }),
      },
      externalId,
      at,
    ),
    event: JSON.stringify(given),
    claims: [],
  };
  return { draft, token: toToken(id, 1, 1) };
}

function isMadeOf(work: Work, resource: string): boolean {
  switch (work.target) {
    case 'fargate':
      return isOfDefinition(work.taskDefinition, resource);
    case 'codebuild':
      return work.project === resource;
    case 'batch':
    case 'state-machine':
      return toMachine(work.stateMachine) === toMachine(resource);
    default:
      return false;
  }
}

/** Any revision of a definition; of one that the stack made, any that it made for the job before. */
function isOfDefinition(taskDefinition: string, resource: string): boolean {
  const family = toFamily(resource);
  return (
    toFamily(taskDefinition) === family ||
    (!taskDefinition.startsWith('arn:') && areOfOneJob(taskDefinition, family))
  );
}

function toFamily(arn: string): string {
  return /:task-definition\/([^:]+)/.exec(arn)?.[1] ?? arn;
}

/** The same for all versions and aliases of a state machine. */
function toMachine(arn: string): string {
  return /^[^:]+:[^:]+:states:[^:]*:[^:]*:stateMachine:[^:]+/.exec(arn)?.[0] ?? arn;
}

function toStarted(
  about: Pick<Run, 'id' | 'job' | 'plan' | 'eventId' | 'replayOf' | 'hops'>,
  externalId: string,
  at: EpochMs,
): Run {
  const fresh: Run = {
    ...about,
    source: 'manual',
    rule: '',
    status: 'collecting',
    revision: 0,
    createdAt: at,
    updatedAt: at,
    attempts: [],
    outbox: [],
    lostRecords: [],
  };
  const begun = [{ kind: 'accepted', lostRecords: [] } as const, { kind: 'due' } as const].reduce<Run>(
    (run, input) => decide(run, input, at),
    fresh,
  );
  const answer = { kind: 'started', externalId } as const;
  return decide(begun, { kind: 'start-answered', token: toToken(about.id, 1, 1), answer }, at);
}

/** What it was given, when that was a trigger event already; else it's the input of one. */
function toEvent(
  externalId: string,
  resource: string,
  text: string | undefined,
  at: EpochMs,
): TriggerEvent | Json {
  const given = text === undefined ? null : (parseJson(text) ?? text);
  if (isTriggerEvent(given)) return given;
  const time = new Date(at).toISOString();
  const input = isJson(given) ? given : null;
  return {
    id: externalId,
    source: 'manual',
    sourceArn: resource,
    time,
    records: [
      {
        specversion: '1.0',
        id: externalId,
        source: resource,
        type: 'signalbox.manual',
        time,
        datacontenttype: 'application/json',
        data: { input },
      },
    ],
  };
}

/** What is a record by its looks: whoever started it may have given it anything. */
function recordsIn(event: TriggerEvent | Json): readonly Pick<CloudEvent, 'type' | 'data'>[] {
  const records: unknown = isObject(event) ? event['records'] : undefined;
  return Array.isArray(records)
    ? records.filter((record) => isObject(record) && isObject(record['data']))
    : [];
}

function isTriggerEvent(given: Json): boolean {
  return typeof given === 'object' && given !== null && 'records' in given && 'sourceArn' in given;
}

import { credentialHeaders, redactRecord } from '../events/redact.ts';
import type { CloudEvent, SourceName } from '../events/trigger-event.ts';
import type { RoutingTable } from '../jobs/routing-table.ts';
import type { RunnableJob } from '../jobs/runnable.ts';
import type { Plan } from '../runs/plan.ts';
import { recognise } from '../sources/recognise.ts';
import { type Delivery, EventParseError, type Invocation, NoRuleError } from '../sources/source.ts';
import { sources } from '../sources/sources.ts';
import { toDrafts } from './draft.ts';

/** What Signalbox would do with a payload; nothing is recorded or started. */
export type Explanation = Refused | Explained;

export type Refused = { readonly refused: string };

export type Explained = {
  readonly source: SourceName;
  /** Without credentials. */
  readonly records: readonly CloudEvent[];
  /** Records that would become failed runs. */
  readonly unreadable: readonly { readonly recordId: string; readonly error: string }[];
  readonly rules: readonly ExplainedRule[];
  readonly starts: readonly Start[];
};

export type ExplainedRule = {
  readonly job: string;
  readonly rule: string;
  readonly matched: boolean;
  readonly why: string;
};

/** A run that it would make; `event` is what the job would find in STP_TRIGGER_EVENT_DATA. */
export type Start = { readonly job: string; readonly runId: string; readonly event: string };

export type ExplainParts = {
  readonly jobs: readonly RunnableJob[];
  readonly table: RoutingTable;
  readonly toPlan: (job: RunnableJob) => Plan;
};

export function explain(payload: unknown, { jobs, table, toPlan }: ExplainParts): Explanation {
  const recognised = recognise(payload);
  if ('refused' in recognised) return recognised;
  try {
    const delivery = sources[recognised.source].parse(payload, invocation);
    const hidden = [...credentialHeaders, ...jobs.flatMap(({ redact }) => redact)];
    const { records } = delivery;
    return {
      source: delivery.source,
      records: records
        .flatMap((record) => ('events' in record ? record.events : []))
        .map((event) => redactRecord(event, hidden)),
      unreadable: records.flatMap((record) =>
        'error' in record ? [{ recordId: record.recordId, error: record.error }] : [],
      ),
      rules: table.judge(delivery).map(({ job, rule, verdict: { kind, why } }) => ({
        job: job.name,
        rule: rule.id,
        matched: kind === 'takes',
        why: why(),
      })),
      starts: toStarts(delivery, table, toPlan),
    };
  } catch (error) {
    if (error instanceof EventParseError) return { refused: error.message };
    throw error;
  }
}

/** An invocation's request is part of no record, but for requests and runs by hand. */
const invocation: Invocation = {
  requestId: '00000000-0000-0000-0000-000000000000',
  functionArn: 'arn:aws:lambda:local:000000000000:function:explain',
};

function toStarts(delivery: Delivery, table: RoutingTable, toPlan: ExplainParts['toPlan']): readonly Start[] {
  return matchesOf(delivery, table).flatMap((match) =>
    toDrafts(delivery, match, toPlan(match.job), Date.now()).map(({ run, event }) => ({
      job: run.job,
      runId: run.id,
      event,
    })),
  );
}

function matchesOf(delivery: Delivery, table: RoutingTable) {
  try {
    return table.match(delivery);
  } catch (error) {
    if (error instanceof NoRuleError) return [];
    throw error;
  }
}

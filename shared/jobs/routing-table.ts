import { type SourceName, sourceNames } from '../events/trigger-event.ts';
import { type Delivery, NoRuleError } from '../sources/source.ts';
import { toJobName } from './rule-id.ts';
import { type CompileRules, elsewhere, type Judge, type Rule, type Verdict } from './rules/verdict.ts';
import type { RunnableJob } from './runnable.ts';
import type { RunnableEvent } from './schema/event.ts';

/** A job, the one of its rules that takes a delivery, and the records that start it, by position. */
export type Match = {
  readonly job: RunnableJob;
  readonly rule: RunnableEvent;
  readonly records: readonly number[];
  /** Whether others may lie between its records, so that these are claimed one by one. */
  readonly hasGaps: boolean;
  /** The id of a rule that jobs.yml had before, which the delivery names, and whose place this one took. */
  readonly inPlaceOf?: string;
};

/** What a rule makes of a delivery. */
export type Judgement = {
  readonly job: RunnableJob;
  readonly rule: RunnableEvent;
  readonly verdict: Verdict;
};

export type RoutingTable = {
  /**
   * The jobs that a delivery starts, each once; none when it's for a rule that leaves it out.
   * Throws NoRuleError when it's for no rule.
   */
  match(delivery: Delivery): readonly Match[];
  /** What every rule makes of it, in the order of jobs.yml. */
  judge(delivery: Delivery): readonly Judgement[];
};

/** How the rules of each source are compiled; deliveries of a source that is left out are for no rule. */
export type RuleCompilers = { readonly [T in SourceName]?: CompileRules<T> };

/** Compiles the rules of jobs.yml, once, for both worlds. */
export function createRoutingTable(jobs: readonly RunnableJob[], compilers: RuleCompilers): RoutingTable {
  const declared = jobs.flatMap((job) => job.events.map((rule) => ({ job, rule })));
  const ruleIds = new Set(declared.map(({ rule }) => rule.id));
  const judges = new Map(toSources(compilers).map((source) => [source, compile(source)]));

  return {
    match(delivery) {
      const judgements = judgeOwn(delivery);
      const matches = toMatches(judgements);
      const isForOne = judgements.some(({ verdict }) => verdict.kind !== 'elsewhere');
      if (matches.length > 0 || isForOne || startsNothing(delivery)) return matches;
      throw new NoRuleError(toReason(jobs, delivery, judgements));
    },

    judge(delivery) {
      const { source } = delivery;
      const judged = new Map(judgeOwn(delivery).map((judgement) => [judgement.rule, judgement]));
      return declared.map(
        ({ job, rule }) =>
          judged.get(rule) ?? {
            job,
            rule,
            verdict: elsewhere(() => `it takes ${rule.type}, not ${source}`),
          },
      );
    },
  };

  function judgeOwn(delivery: Delivery): readonly Judgement[] {
    return judges.get(delivery.source)?.(delivery) ?? [];
  }

  function compile<T extends SourceName>(source: T): (delivery: Delivery) => readonly Judgement[] {
    const own = declared.flatMap(({ job, rule }) => (isOf(rule, source) ? [{ job, rule }] : []));
    const judge: Judge | undefined = compilers[source]?.(
      own.map(({ job, rule }) => ({ job: job.name, rule })),
      ruleIds,
    );
    return (delivery) => {
      const verdicts = judge?.(delivery) ?? [];
      return own.flatMap((each, index) => {
        const verdict = verdicts[index];
        return verdict === undefined ? [] : [{ ...each, verdict }];
      });
    };
  }
}

function isOf<T extends SourceName>(rule: RunnableEvent, source: T): rule is Rule<T> {
  return rule.type === source;
}

/** Of which deliveries can be for a rule. */
export function toSources(compilers: RuleCompilers): readonly SourceName[] {
  return sourceNames.filter((source) => compilers[source] !== undefined);
}

/** Several rules of a job that take the same delivery start it once, with what any of them takes. */
function toMatches(judgements: readonly Judgement[]): readonly Match[] {
  const byJob = new Map<RunnableJob, Match>();
  for (const { job, rule, verdict } of judgements) {
    if (verdict.kind !== 'takes') continue;
    const before = byJob.get(job);
    const { records, hasGaps = false, inPlaceOf } = verdict;
    if (before === undefined)
      byJob.set(job, { job, rule, records, hasGaps, ...(inPlaceOf !== undefined && { inPlaceOf }) });
    else byJob.set(job, { ...before, records: union(before.records, records) });
  }
  return [...byJob.values()];
}

function union(some: readonly number[], others: readonly number[]): readonly number[] {
  return [...new Set([...some, ...others])].sort((a, b) => a - b);
}

/** A health check, or a message that only says that a subscription was set up. */
function startsNothing({ records, addressed }: Delivery): boolean {
  return records.length === 0 || ('isHealthCheck' in addressed && addressed.isHealthCheck);
}

function toReason(
  jobs: readonly RunnableJob[],
  { addressed, source }: Delivery,
  judgements: readonly Judgement[],
): string {
  if (addressed.source === 'http-api-gateway')
    return `no job has the route ${addressed.method} ${addressed.path}`;
  if (addressed.source === 'manual') return toManualReason(jobs, addressed.job);
  if (addressed.source === 'schedule') return toScheduleReason(addressed.rule, judgements);
  const [first] = judgements;
  if (first === undefined) return `no job has an event of type ${source}`;
  return `no rule takes it; of job ${first.job.name}: ${first.verdict.why()}`;
}

function toScheduleReason(rule: string | undefined, judgements: readonly Judgement[]): string {
  if (rule === undefined) return 'no job has the schedule of this tick';
  const own = judgements.find(({ job }) => job.name === toJobName(rule));
  return `no job has the schedule ${rule}${own === undefined ? '' : `; of job ${own.job.name}: ${own.verdict.why()}`}`;
}

function toManualReason(jobs: readonly RunnableJob[], name: string): string {
  if (jobs.some((job) => job.name === name)) {
    return `job ${name} is not started by hand: add "- type: manual" to its events in jobs.yml`;
  }
  return `no job is named ${name}; jobs.yml has ${jobs.map((job) => job.name).join(', ')}`;
}

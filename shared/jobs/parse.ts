import type { z } from 'zod';
import { runChecks, within } from './checks.ts';
import { checkEvent } from './checks-event.ts';
import { apiNamesIn, checkAcrossJobs } from './checks-file.ts';
import { jobChecks } from './checks-job.ts';
import { checkReferences } from './checks-references.ts';
import { isRecord, type JobsDocument, readDocument } from './document.ts';
import { atKey, atValue, type Mistake, type Path, toDotted } from './mistake.ts';
import { JobsFileError, type Problem } from './problem.ts';
import { isData } from './reference-places.ts';
import { toRuleId } from './rule-id.ts';
import { isEnvironmentValue } from './schema/environment.ts';
import { event as eventSchema, type JobEvent } from './schema/event.ts';
import { file as fileSchema, type JobsFile } from './schema/file.ts';
import { type Job, jobName, job as jobSchema } from './schema/job.ts';
import type { OwnResource, ownResources } from './schema/own-resources.ts';
import { parseWith } from './schema/parse-with.ts';

/**
 * Parses the text of jobs.yml, as of jobs.example.yml, into frozen data with every default applied.
 *
 * `file` is the name that problems are reported under.
 * Throws: JobsFileError with every mistake of the file: each job and each event is looked at apart, so that one
 * mistake does not hide another.
 */
export function parseJobs(text: string, file: string): JobsFile {
  const document = readDocument(text, file, { isText: isEnvironmentValue, isData });
  const settings = parseWith(fileSchema, document.value);
  const rawJobs = isRecord(document.value['jobs']) ? document.value['jobs'] : {};
  const parsedJobs = Object.entries(rawJobs).map(([name, raw]) => parseJob(name, raw, document));

  const mistakes = [
    ...settings.mistakes,
    ...(isRecord(document.value['jobs']) && parsedJobs.length === 0
      ? [atValue(['jobs'], 'found no jobs, expected at least one')]
      : []),
    ...parsedJobs.flatMap((parsed) => parsed.mistakes),
    ...checkAcrossJobs(document.value, (path) => document.locate(path, 'value').line),
    ...checkReferences(document.value),
  ];
  const problems = [...document.problems, ...mistakes.map((mistake) => toProblem(mistake, document, file))];
  if (settings.value === undefined || problems.length > 0) throw new JobsFileError(toOrdered(problems));

  const { httpApis = toDeclaredApis(document), resources, ...others } = settings.value;
  const jobs = parsedJobs.flatMap((parsed) => (parsed.job === undefined ? [] : [parsed.job]));
  return freeze({
    ...others,
    file,
    httpApis,
    jobs: jobs.toSorted((one, other) => one.line - other.line),
    resources: withLines(resources, document),
  });
}

function withLines(
  resources: z.output<typeof ownResources>,
  document: JobsDocument,
): Readonly<Record<string, OwnResource>> {
  const entries = Object.entries(resources).map(([id, resource]) => {
    const { line } = document.locate(['resources', id], 'key');
    return [id, { ...resource, line }] as const;
  });
  return Object.fromEntries(entries);
}

type ParsedJob = { readonly job?: Job; readonly mistakes: readonly Mistake[] };

function parseJob(name: string, raw: unknown, document: JobsDocument): ParsedJob {
  const path = ['jobs', name];
  const named = parseWith(jobName, name);
  const parsed = parseWith(jobSchema, raw);
  const rawEvents = isRecord(raw) && Array.isArray(raw['events']) ? raw['events'] : [];
  const events = rawEvents.map((event, index) =>
    parseEvent(name, event, [...path, 'events', index], document),
  );
  const mistakes = [
    ...named.mistakes.map(({ message }) => atKey(path, message)),
    ...within(path, parsed.mistakes),
    ...within(path, runChecks(jobChecks, raw)),
    ...events.flatMap((event) => event.mistakes),
    ...findRepeated(events, path),
  ];
  if (parsed.value === undefined) return { mistakes };
  const { timeout, ...others } = parsed.value;
  const job: Job = {
    ...others,
    ...(others.target === 'state-machine' && { waitForEnd: others.waitForEnd ?? true }),
    name,
    line: document.locate(path, 'key').line,
    timeout: timeout ?? (others.target === 'batch' ? 86_400 : 3600),
    events: events.flatMap((event) => (event.event === undefined ? [] : [event.event])),
  };
  return { job, mistakes };
}

type ParsedEvent = { readonly event?: JobEvent; readonly mistakes: readonly Mistake[] };

function parseEvent(job: string, raw: unknown, path: Path, document: JobsDocument): ParsedEvent {
  const parsed = parseWith(eventSchema, raw);
  const mistakes = [...within(path, parsed.mistakes), ...within(path, checkEvent(raw))];
  if (parsed.value === undefined) return { mistakes };
  const id = toRuleId(job, parsed.value);
  return { event: { ...parsed.value, id, line: document.locate(path, 'value').line }, mistakes };
}

/** Two equal events would be one rule. */
function findRepeated(events: readonly ParsedEvent[], path: Path): readonly Mistake[] {
  const lines = new Map<string, number>();
  return events.flatMap(({ event }, index) => {
    if (event === undefined) return [];
    const line = lines.get(event.id);
    if (line === undefined) {
      lines.set(event.id, event.line);
      return [];
    }
    return [atValue([...path, 'events', index], `found the same event as on line ${line}, expected it once`)];
  });
}

/** The APIs that events and the runs API name, when the file declares none. */
function toDeclaredApis(document: JobsDocument): JobsFile['httpApis'] {
  return Object.fromEntries(apiNamesIn(document.value).map(([, name]) => [name, { cors: false }]));
}

function toProblem({ path, at, message }: Mistake, document: JobsDocument, file: string): Problem {
  const { line, column } = document.locate(path, at);
  return { file, line, column, message: path.length === 0 ? message : `${toDotted(path)}: ${message}` };
}

/** In the order of the file. The text of an anchor is read again for each alias, with the same result. */
function toOrdered(problems: readonly Problem[]): readonly Problem[] {
  const different = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...different.values()].toSorted((one, other) => one.line - other.line || one.column - other.column);
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}

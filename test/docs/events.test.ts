import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toExplanationText } from '../../cli/explanation-text.ts';
import { type SourceName, sourceNames } from '../../shared/events/trigger-event.ts';
import { toLocalPlan } from '../../shared/jobs/local-plan.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource as everySourceRules } from '../../shared/jobs/rules/every-source.ts';
import { toDrafts } from '../../shared/router/draft.ts';
import { explain } from '../../shared/router/explain.ts';
import { sources } from '../../shared/sources/sources.ts';
import { invocation } from '../contract/source.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';

const docs = new URL('../../docs/', import.meta.url);
const page = readPage('events.md');

/** `<!-- record: sqs / a JSON message -->` before a block says of which fixture it is. */
const examples = [...page.matchAll(/<!-- (.+): (\S+) \/ (.+) -->\n```json\n([\s\S]*?)\n```/g)].map(
  ([, kind = '', source = '', name = '', json = '']) => ({ kind, source, name, json }),
);

describe('docs/events.md', () => {
  // Requests by hand have no time of their own.
  beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-20T10:00:00Z') }));
  afterAll(() => void vi.useRealTimers());

  it('says of each JSON block which fixture it was made from', () => {
    expect(examples.length).toBe(page.split('```json').length - 1);
  });

  it('has a record of every source', () => {
    const shown = examples.filter(({ kind }) => kind === 'record').map(({ source }) => source);
    expect([...new Set(shown)]).toEqual(sourceNames);
  });

  it.each(examples)('shows the $kind of $source, $name, as the code makes it', (example) => {
    expect(JSON.parse(example.json)).toEqual(toExample(example));
  });

  it('shows what signalbox explain prints', () => {
    const file = parseJobs(blockAfter('<!-- jobs.yml -->'), 'jobs.yml');
    const table = createRoutingTable(file.jobs, everySourceRules);
    const explanation = explain(payloads.sqs['a JSON message'], {
      jobs: file.jobs,
      table,
      toPlan: (job) => toLocalPlan(job, '/shop'),
    });
    const printed = blockAfter('<!-- explain: order.json -->');
    expect(printed).toBe(toExplanationText('order.json', explanation, true));
  });
});

describe.each(['events.md', 'identity.md'])('the links of docs/%s', (name) => {
  const links = [...readPage(name).matchAll(/\]\(([^)]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !link.startsWith('https://'));

  it.each([...new Set(links)])('%s leads somewhere', (link) => {
    const [path = '', heading] = link.split('#');
    const target = new URL(path === '' ? name : path, docs);
    expect(existsSync(target)).toBe(true);
    if (heading !== undefined) expect(anchorsIn(target)).toContain(heading);
  });
});

/** What a job finds in STP_TRIGGER_EVENT_DATA, its first record, or the payload that it was made from. */
function toExample({ kind, source, name }: (typeof examples)[number]): unknown {
  const from = toSource(source);
  const payload = payloads[from][name];
  if (kind === 'payload') return payload;
  const event = toTriggerEvent(from, payload);
  return kind === 'record' ? event.records[0] : event;
}

function toTriggerEvent(source: SourceName, payload: unknown) {
  const { jobs } = parseJobs(everySource, 'jobs.yml');
  const delivery = sources[source].parse(payload, invocation);
  const drafts = createRoutingTable(jobs, everySourceRules)
    .match(delivery)
    .flatMap((match) => toDrafts(delivery, match, toLocalPlan(match.job, '/shop'), Date.now()));
  return JSON.parse(drafts[0]?.event ?? '');
}

function toSource(name: string): SourceName {
  const source = sourceNames.find((known) => known === name);
  if (source === undefined) throw new Error(`docs/events.md has an example of ${name}, which is no source`);
  return source;
}

function blockAfter(marker: string): string {
  const [, after = ''] = page.split(marker);
  return /^\n```\w*\n([\s\S]*?)\n```/.exec(after)?.[1] ?? '';
}

function readPage(name: string): string {
  return readFileSync(new URL(name, docs), 'utf8');
}

/** As GitHub makes them of a page's headings. */
function anchorsIn(page: URL): readonly string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

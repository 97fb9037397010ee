import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject } from '../../shared/events/json.ts';
import type { SourceName } from '../../shared/events/trigger-event.ts';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import type { Run } from '../../shared/runs/run.ts';
import type { Bundles } from '../support/bundles.ts';
import { type Answered, loadLambda, toVariables } from '../support/lambda.ts';

/** A payload that a function was sent, and what it answered. */
export type Exchange = {
  /** What the payload is. */
  readonly name: string;
  readonly payload: unknown;
  readonly requestId: string;
  readonly answered: Answered;
};

/** What a function did with everything that it was sent, in this order. */
export type Transcript = {
  readonly exchanges: readonly Exchange[];
  readonly lines: readonly string[];
  /** The oldest first, each with its event as the ledger has it. */
  readonly runs: readonly { readonly run: Run; readonly event: string }[];
};

export type Sent = Pick<Exchange, 'name' | 'payload' | 'requestId'>;

/** Starts a source's function as Lambda does, with an empty ledger of its own; sends it one payload after the other. */
export async function converse(
  { folder, pathOf }: Bundles,
  source: SourceName,
  jobsYml: string,
  sent: readonly Sent[],
): Promise<Transcript> {
  const variables = toVariables(mkdtempSync(join(folder, `${source}-`)), jobsYml);
  const lambda = await loadLambda(pathOf(source), variables);
  const exchanges: Exchange[] = [];
  for (const each of sent) {
    exchanges.push({ ...each, answered: await lambda.invoke(each.payload, each.requestId) });
  }
  const lines = await lambda.end();
  return { exchanges, lines, runs: await readRuns(variables) };
}

/** What is in a function's ledger. */
export async function readRuns({
  SIGNALBOX_LEDGER = '',
}: Readonly<Record<string, string>>): Promise<Transcript['runs']> {
  const database = openDatabase(fileURLToPath(SIGNALBOX_LEDGER), { readOnly: true });
  try {
    const ledger = createSqliteLedger(database, Date.now);
    const { runs } = await ledger.list({ limit: 1000 });
    const all = runs.map(async (run) => ({ run, event: (await ledger.loadEvent(run.id)) ?? '' }));
    return (await Promise.all(all)).reverse();
  } finally {
    database.close();
  }
}

/** The answer, or the error. */
export function outcomeOf({ answered }: Exchange): unknown {
  return 'answer' in answered ? answered.answer : answered.error;
}

/** Of an answer to a request. */
export function bodyOf(answer: unknown): string {
  const body = isObject(answer) ? answer['body'] : undefined;
  if (typeof body !== 'string') throw new Error('the answer has no body');
  return body;
}

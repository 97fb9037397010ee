import { expect, it } from 'vitest';
import type { Attempt } from '../../shared/runs/run.ts';
import { toPage } from '../../shared/runs-api/page.ts';
import { start, toDraft, toRunId } from '../support/draft.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';

/** Some 900 KB of a run's view: Lambda can answer with four of them. */
const attempts = Array.from({ length: 100 }, (_, index): Attempt => {
  const number = index + 1;
  return {
    number,
    askedAt: start,
    startBy: start,
    start: { number: 1, token: `token-${number}`, askedAt: start, deadlineAt: start, unknownAnswers: 0 },
    refusals: 0,
    interruptions: 0,
    failure: { class: 'exit-code', reason: 'r'.repeat(9000) },
  };
});

async function ledgerWith(count: number, change: object) {
  const ledger = createMemoryLedger(() => start);
  for (let number = 1; number <= count; number++) {
    await ledger.accept(toDraft({ id: toRunId(number), ...change }), (run) => run);
  }
  return ledger;
}

it('a page is as long as was asked for while Lambda can answer with it', async () => {
  const ledger = await ledgerWith(60, {});
  const { runs } = JSON.parse(await (await toPage(ledger, { limit: 60 })).text());
  expect(runs).toHaveLength(60);
});

it('a page that Lambda could not answer with is shorter, and the pages after it have the rest', async () => {
  const ledger = await ledgerWith(6, { attempts });
  const seen: string[] = [];
  let after: string | undefined;
  let pages = 0;
  do {
    const text = await (await toPage(ledger, { limit: 1000, ...(after !== undefined && { after }) })).text();
    expect(Buffer.byteLength(JSON.stringify({ body: text }))).toBeLessThan(6_000_000);
    const { runs, next } = JSON.parse(text);
    seen.push(...runs.map(({ runId }: { readonly runId: string }) => runId));
    after = next;
    pages++;
  } while (after !== undefined && pages < 20);
  expect(pages).toBe(2);
  expect(seen).toEqual([6, 5, 4, 3, 2, 1].map(toRunId));
});

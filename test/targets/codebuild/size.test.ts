import { describe, expect, it } from 'vitest';
import { fit as chooseTier } from '../../../shared/runs/fit.ts';
import { until } from '../../support/until.ts';
import { createOrder, createWorld, toWork } from './world.ts';

/** Characters that take more bytes, or more of JSON, than one. */
const awkward = {
  letters: 'a',
  quotes: '"',
  backslashes: '\\',
  'control characters': '\u0001\n\t',
  'line separators': '\u2028',
  'astral characters': '😀',
  'lone surrogates': '\ud83d',
  'dollars and backticks': '$HOME`id`%PATH%',
} as const;

/** A trigger event as text, of just that many bytes in UTF-8. */
function toEvent(filler: string, sizeBytes: number): string {
  const write = (times: number, padding: number) =>
    JSON.stringify({ id: 'event-1', data: filler.repeat(times), padding: 'p'.repeat(padding) });
  const empty = Buffer.byteLength(write(0, 0));
  const times = Math.floor((sizeBytes - empty) / (Buffer.byteLength(write(1, 0)) - empty));
  return write(times, sizeBytes - Buffer.byteLength(write(times, 0)));
}

/** What a job with an order of that much else in it sees, and what the target measured and answered. */
async function send(text: string, job: string) {
  const { target, codeBuild } = await createWorld();
  const order = { ...createOrder(toWork('tells'), Date.now()), job, event: text };
  const measure = target.limits.inline(order, text);
  const answer = await target.start(order, { tier: 'inline', text });
  if (answer.kind !== 'started')
    return { measure, tier: chooseTier(order, target.limits), answer, seen: undefined };
  const { externalId } = answer;
  await until('it has ended', () => codeBuild.builds()[0]?.endedAt !== undefined);
  const seen = JSON.parse(codeBuild.outputOf(externalId)).STP_TRIGGER_EVENT_DATA;
  return { measure, tier: chooseTier(order, target.limits), answer, seen };
}

describe.each(Object.entries(awkward))('an event of %s', (_, filler) => {
  it.each([4095, 4096])('arrives as it is with %i bytes', async (sizeBytes) => {
    const text = toEvent(filler, sizeBytes);
    const { measure, tier, seen } = await send(text, 'word-index');
    expect(measure).toEqual({ size: sizeBytes, most: 4096 });
    expect(tier).toBe('inline');
    expect(seen).toBe(text);
  });

  it('is known to be too big with 4,097 bytes, as CodeBuild says, too', async () => {
    const { measure, tier, answer } = await send(toEvent(filler, 4097), 'word-index');
    expect(measure).toEqual({ size: 4097, most: 4096 });
    expect(tier).toBe('claim-check');
    expect(answer).toMatchObject({ kind: 'refused', cause: { class: 'rejected' } });
  });
});

describe('all variables together', () => {
  // What an order brings beside its event and its job's name: names and values.
  const rest = Buffer.byteLength(
    [
      'STP_TRIGGER_EVENT_DATA',
      'STP_CURRENT_ATTEMPT1',
      'STP_MAXIMUM_ATTEMPTS3',
      'STP_RUN_ID0fq7m2k9x4c8v1b6n3z5h0t2wr',
      'STP_JOB_NAME',
      'STP_TRIGGER_SOURCEmanual',
      'STP_DEADLINE2026-11-20T11:10:00.000Z',
      'STP_START_TOKEN0fq7m2k9x4c8v1b6n3z5h0t2wr-1-1',
    ].join(''),
  );

  it.each([
    { together: 5499, tier: 'inline', kind: 'started' },
    { together: 5500, tier: 'inline', kind: 'started' },
    { together: 5501, tier: 'claim-check', kind: 'refused' },
  ])('travel $tier with $together bytes', async ({ together, tier, kind }) => {
    const text = toEvent('é"', 4000);
    const sent = await send(text, 'j'.repeat(together - rest - 4000));
    expect(sent.measure).toEqual({ size: together, most: 5500 });
    expect(sent.tier).toBe(tier);
    expect(sent.answer.kind).toBe(kind);
    expect(sent.seen).toBe(kind === 'started' ? text : undefined);
  });
});

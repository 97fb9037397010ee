import { describe, expect, it } from 'vitest';
import { fit as toTier } from '../../../shared/runs/fit.ts';
import { runId } from '../../support/draft.ts';
import { createMachines, toMachineOrder } from './machines.ts';

const most = 262_144;

/** JSON of exactly that many bytes, made of one text over and over, and of `x`. */
function toEvent(part: string, bytes: number): string {
  const empty = Buffer.byteLength(JSON.stringify({ text: '' }));
  const each = Buffer.byteLength(JSON.stringify(part)) - 2;
  const times = Math.floor((bytes - empty) / each);
  const rest = bytes - empty - times * each;
  return JSON.stringify({ text: part.repeat(times) + 'x'.repeat(rest) });
}

describe('an event near what Step Functions takes', () => {
  it.each([
    ['letters', 'x'],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['control characters', '\u0000\u001f'],
    ['line separators', '\u2028\u2029'],
    ['accents', 'é'],
    ['the basic plane', '汉'],
    ['the others', '💥'],
    ['half a pair', '\ud83d'],
    ['a mixture', '"\\\n\u0007é汉💥\udca5'],
  ])('of %s travels whole up to the last byte, and by claim check beyond', async (_what, part) => {
    const { target, stepFunctions } = await createMachines();
    let attempt = 0;
    for (const bytes of [most - 2, most - 1, most, most + 1, most + 2]) {
      attempt += 1;
      const event = toEvent(part, bytes);
      expect(Buffer.byteLength(event)).toBe(bytes);
      const order = { ...toMachineOrder(`${runId}-${attempt}-1`, 'waits'), event };
      const tier = toTier(order, target.limits);
      expect(tier).toBe(bytes <= most ? 'inline' : 'claim-check');
      const answer = await target.start(order, { tier: 'inline', text: event });
      const execution = stepFunctions.executions().find(({ name }) => name === `${runId}-${attempt}`);
      if (tier === 'inline') {
        expect(answer.kind).toBe('started');
        expect(execution?.input === event).toBe(true);
      } else {
        // The measure is the service's own: what it says is too big is not taken.
        expect(answer).toMatchObject({ kind: 'refused', cause: { class: 'rejected' } });
        expect(execution).toBeUndefined();
      }
    }
  });
});

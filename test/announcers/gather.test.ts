import { describe, expect, it } from 'vitest';
import { gather, toReasons } from '../../shared/announcers/gather.ts';

type Call = { readonly destination: string; readonly entries: readonly string[] };

/** Each entry is as large as its text says; a call takes 100. */
function open(answer: (entries: readonly string[]) => readonly (string | undefined)[] = () => []) {
  const calls: Call[] = [];
  const send = gather<string>({
    mostBytes: 100,
    sizeOf: (entry) => Number(entry.split(' ').at(-1)),
    async send(destination, entries) {
      calls.push({ destination, entries });
      return answer(entries);
    },
  });
  return { calls, send };
}

const reasonsOf = async (sent: readonly Promise<void>[]) =>
  (await Promise.allSettled(sent)).map((each) =>
    each.status === 'rejected' ? (each.reason as Error).message : undefined,
  );

describe('what is asked for at one time', () => {
  it('goes in one call to each destination, in its order', async () => {
    const { calls, send } = open();
    await Promise.all([send('a', '1'), send('b', '2'), send('a', '3')]);
    expect(calls).toEqual([
      { destination: 'a', entries: ['1', '3'] },
      { destination: 'b', entries: ['2'] },
    ]);
  });

  it('goes ten to a call', async () => {
    const { calls, send } = open();
    await Promise.all(Array.from({ length: 23 }, () => send('a', '1')));
    expect(calls.map(({ entries }) => entries.length)).toEqual([10, 10, 3]);
  });

  it('goes in as many calls as it takes to hold its bytes', async () => {
    const { calls, send } = open();
    await Promise.all(['60', '40', '1', '99', '100', '101', '5'].map((entry) => send('a', entry)));
    expect(calls.map(({ entries }) => entries)).toEqual([['60', '40'], ['1', '99'], ['100'], ['101'], ['5']]);
  });

  it('goes in another call than what is asked for later', async () => {
    const { calls, send } = open();
    await send('a', '1');
    await send('a', '2');
    expect(calls).toHaveLength(2);
  });

  it('rejects for itself what is not taken, with the reason', async () => {
    const { send } = open((entries) =>
      entries.map((entry) => (entry === '2' ? 'Throttled: later' : undefined)),
    );
    expect(await reasonsOf(['1', '2', '3'].map((entry) => send('a', entry)))).toEqual([
      undefined,
      'Throttled: later',
      undefined,
    ]);
  });

  it('rejects together what was in a call that failed, and nothing of another', async () => {
    const { send } = open((entries) => {
      if (entries.includes('2')) throw new Error('no connection');
      return [];
    });
    const sent = [send('a', '1'), send('a', '2'), send('b', '3')];
    expect(await reasonsOf(sent)).toEqual(['Error: no connection', 'Error: no connection', undefined]);
  });

  it('says so when nobody answered in time', async () => {
    const { send } = open(() => {
      throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    });
    expect(await reasonsOf([send('a', '1')])).toEqual(['no answer within 10 s']);
  });

  it('has long reasons cut', async () => {
    const { send } = open(() => ['x'.repeat(5000)]);
    const [reason = ''] = await reasonsOf([send('a', '1')]);
    expect(reason).toHaveLength(1000);
  });
});

describe('an answer that names what it took', () => {
  it('gives a reason for each that it refused, and for each that it does not mention', () => {
    const refused = [{ Id: '1', Code: 'InternalError', Message: 'try again' }];
    expect(toReasons(['0', '1', '2'], [{ Id: '0' }], refused)).toEqual([
      undefined,
      'InternalError: try again',
      'the answer does not mention it',
    ]);
    expect(toReasons(['0'])).toEqual(['the answer does not mention it']);
  });
});

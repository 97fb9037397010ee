import type { Cloud } from './cloud.ts';

/** Of the function's time, in milliseconds. */
const timeoutMs = 300_000;

/** Calls functions/sweep as its schedule does, with what nobody reads: an event of EventBridge. */
export async function sweep({ invokeAs }: Pick<Cloud, 'invokeAs'>): Promise<void> {
  const event = {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: new Date().toISOString(),
    region: 'eu-west-1',
    resources: ['arn:aws:events:eu-west-1:123456789012:rule/sweep'],
    detail: {},
  };
  await invokeAs('sweep', 'sweep', event, timeoutMs);
}

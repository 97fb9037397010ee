import type { Cloud } from './cloud.ts';

/** Calls functions/sweep as its schedule does, with what nobody reads: an event of EventBridge. */
export async function sweep(invoke: Cloud['invoke']): Promise<void> {
  await invoke('sweep', {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: new Date().toISOString(),
    region: 'eu-west-1',
    resources: ['arn:aws:events:eu-west-1:123456789012:rule/sweep'],
    detail: {},
  });
}

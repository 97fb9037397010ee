import type { State } from './asl.ts';
import { isThere } from './asl.ts';
import type { MachineOptions } from './machine.ts';
import { blankContainer, blankJob } from './machine-judge.ts';
import { toWaits } from './waits.ts';

/** From the input to the first attempt. */
export function toStartStates({ job, retry }: MachineOptions): Record<string, State> {
  return {
    'Read the input': {
      Type: 'Choice',
      Comment: 'Signalbox gives the variables ready made; a person gives the event only.',
      Choices: [
        { ...isThere('$.environment'), Next: 'Take what Signalbox gave' },
        { ...isThere('$.event', { Variable: '$.event', IsString: true }), Next: 'Take the text' },
        { ...isThere('$.event'), Next: 'Write the event as text' },
      ],
      Default: 'No event',
    },
    'No event': {
      Type: 'Fail',
      Error: 'Signalbox.bad-event',
      Cause: 'The input has no "event". Start it with { "event": … }.',
    },
    'Take the text': { Type: 'Pass', Parameters: { 'text.$': '$.event' }, Next: 'Take what a person gave' },
    'Write the event as text': {
      Type: 'Pass',
      Parameters: { 'text.$': 'States.JsonToString($.event)' },
      Next: 'Take what a person gave',
    },
    'Take what a person gave': {
      Type: 'Pass',
      Parameters: {
        environment: [
          { Name: 'STP_TRIGGER_EVENT_DATA', 'Value.$': '$.text' },
          { Name: 'STP_MAXIMUM_ATTEMPTS', Value: String(retry.attempts) },
          { Name: 'STP_JOB_NAME', Value: job },
          { Name: 'STP_TRIGGER_SOURCE', Value: 'manual' },
        ],
        maximum: retry.attempts,
        waits: toWaits({ ...retry, jitter: 'none' }, ''),
        isDrawn: retry.jitter === 'full',
        ...first,
      },
      Next: 'Name the job',
    },
    'Take what Signalbox gave': {
      Type: 'Pass',
      Comment: 'The retry rules were frozen when the run was accepted; the waits have their jitter already.',
      Parameters: {
        'environment.$': '$.environment',
        'maximum.$': '$.maximum',
        'waits.$': '$.waits',
        isDrawn: false,
        ...first,
      },
      Next: 'Name the job',
    },
  };
}

const first = {
  try: { index: 0, number: 1, interruptions: 0, looks: 0, submits: 0 },
  blank: { job: blankJob, container: blankContainer },
} as const;

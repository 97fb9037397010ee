import type { State } from './asl.ts';

/** The ends of an execution. */
export function toEndStates(): Record<string, State> {
  return {
    'Failed: throttled': toFailed(
      'rejected',
      "States.Format('Batch refused the job for a long time because of its rate limits: {}', $.error.Cause)",
    ),
    'Failed: refused': toFailed('rejected', "States.Format('{}: {}', $.error.Error, $.error.Cause)"),
    'Failed: not submitted': toFailed(
      'lost',
      "States.Format('the job was submitted several times without an answer, and is not to be seen: {}', $.error.Cause)",
    ),
    'Failed: not to be seen': toFailed(
      'lost',
      "States.Format('Batch could not be asked how the job is: {}', $.error.Cause)",
    ),
    'Write the result': {
      Type: 'Pass',
      Parameters: { 'jobId.$': '$.ended.id', 'jobName.$': '$.job.name', 'attempts.$': '$.try.number' },
      Next: 'Succeeded',
    },
    Succeeded: { Type: 'Succeed' },
    Failed: { Type: 'Fail', ErrorPath: '$.failure.error', CausePath: '$.failure.cause' },
  };
}

function toFailed(failure: string, cause: string): State {
  return {
    Type: 'Pass',
    Parameters: { error: `Signalbox.${failure}`, 'cause.$': cause },
    ResultPath: '$.failure',
    Next: 'Failed',
  };
}

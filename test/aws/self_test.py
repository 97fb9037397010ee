"""Broken calls and events, each with what must be said of it; and sound ones, of which nothing may be said."""

import copy
import sys

from lines import check_line

TASK_ARN = 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0123456789abcdef0123456789abcdef'
STATES = 'arn:aws:states:eu-west-1:123456789012'

RUN_TASK = {
    'service': 'ecs',
    'operation': 'RunTask',
    'request': {
        'cluster': 'jobs',
        'taskDefinition': 'word-index:1',
        'launchType': 'FARGATE',
        'clientToken': 'token-1',
        'tags': [{'key': 'signalbox:job', 'value': 'größe 1'}],
        'overrides': {'containerOverrides': [{'name': 'job', 'environment': [{'name': 'A', 'value': '1'}]}]},
    },
    'status': 200,
    'answer': {'tasks': [{'taskArn': TASK_ARN, 'createdAt': 1795168800.5, 'version': 1}], 'failures': []},
}
START_BUILD = {
    'service': 'codebuild',
    'operation': 'StartBuild',
    'request': {'projectName': 'reports', 'timeoutInMinutesOverride': 60},
    'status': 200,
    'answer': {'build': {'id': 'reports:1', 'buildStatus': 'IN_PROGRESS', 'startTime': 1795168800}},
}
START_EXECUTION = {
    'service': 'stepfunctions',
    'operation': 'StartExecution',
    'request': {'stateMachineArn': f'{STATES}:stateMachine:a', 'name': 'run-1', 'input': '{}'},
    'status': 200,
    'answer': {'executionArn': f'{STATES}:execution:a:run-1', 'startDate': 1795168800.0},
}
SUBMIT_JOB = {
    'service': 'batch',
    'operation': 'SubmitJob',
    'request': {'jobName': 'a', 'jobQueue': 'q', 'jobDefinition': 'd', 'retryStrategy': {'attempts': 1}},
    'status': 200,
    'answer': {'jobName': 'a', 'jobId': 'id-1', 'jobArn': 'arn:aws:batch:eu-west-1:123456789012:job/id-1'},
}
SUBMIT_TASK = {
    'task': 'submitJob',
    'request': {'JobName': 'a', 'JobQueue': 'q', 'JobDefinition': 'd', 'Tags': {'signalbox:run': 'r'}},
    'answer': {
        'JobName': 'a',
        'JobId': 'id-1',
        'JobQueue': 'q',
        'Status': 'SUCCEEDED',
        'StartedAt': 1795168800000,
        'JobDefinition': 'd',
    },
}
TASK_EVENT = {
    'version': '0',
    'id': 'b9c0c9a4-4f44-4d9c-9df7-0b1b0c3b8d11',
    'detail-type': 'ECS Task State Change',
    'source': 'aws.ecs',
    'account': '123456789012',
    'time': '2026-11-20T10:00:00Z',
    'region': 'eu-west-1',
    'resources': [TASK_ARN],
    'detail': {
        'taskArn': TASK_ARN,
        'lastStatus': 'STOPPED',
        'stopCode': 'SpotInterruption',
        'createdAt': '2026-11-20T09:59:00.123Z',
        'updatedAt': '2026-11-20T10:00:00.123Z',
    },
}

_GONE = object()


def _call(call, path=None, value=None, fault=None):
    return {'call': _with(call, path, value), **({'fault': fault} if fault else {})}


def _error(call, status, answer, fault=None):
    return {'call': {**call, 'status': status, 'answer': answer}, **({'fault': fault} if fault else {})}


def _with(value, path, new):
    changed = copy.deepcopy(value)
    if path is None:
        return changed
    *steps, last = path
    place = changed
    for step in steps:
        place = place[step]
    if new is _GONE:
        del place[last]
    else:
        place[last] = new
    return changed


def _event(path, value):
    return {'event': _with(TASK_EVENT, path, value)}


def _task(path, value):
    return {'task': _with(SUBMIT_TASK, path, value)}


SOUND = [
    _call(RUN_TASK),
    _call(START_BUILD),
    _call(START_EXECUTION),
    _call(SUBMIT_JOB),
    {'task': SUBMIT_TASK},
    {'event': TASK_EVENT},
    _call(RUN_TASK, ['status'], None, 'hang'),
    _error(RUN_TASK, 400, {'__type': 'ThrottlingException', 'message': 'Rate exceeded'}, 'refuse'),
    _error(RUN_TASK, 400, {'__type': 'ConflictException', 'message': 'used', 'resourceIds': [TASK_ARN]}),
    _error(RUN_TASK, 500, {'__type': 'ServerException', 'message': 'sorry'}, 'refuse'),
    # Refused for just what the model forbids.
    _error(
        _with(START_BUILD, ['request', 'timeoutInMinutesOverride'], 4),
        400,
        {'__type': 'InvalidInputException', 'message': 'too short'},
    ),
]

OVERRIDE = ['request', 'overrides', 'containerOverrides', 0]

BROKEN = [
    (_call(RUN_TASK, ['operation'], 'RunTasks'), 'ecs has no operation RunTasks'),
    (_call(RUN_TASK, ['request', 'ClientToken'], 'a'), 'ecs RunTask request: ClientToken is unknown'),
    (_call(RUN_TASK, ['request', 'taskDefinition'], _GONE), 'taskDefinition is missing'),
    (_call(RUN_TASK, ['request', 'taskDefinition'], None), 'taskDefinition is null'),
    (_call(RUN_TASK, ['request', 'launchType'], 'FARGATE_SPOT'), 'launchType is none of its enum'),
    (_call(RUN_TASK, ['request', 'count'], '1'), 'count is no integer'),
    (_call(RUN_TASK, ['request', 'count'], True), 'count is no integer'),
    (_call(RUN_TASK, ['request', 'tags', 0, 'value'], 'a*b'), 'tags[].value does not match'),
    (_call(RUN_TASK, ['request', 'tags', 0, 'value'], 'a' * 257), 'tags[].value is 257 long, more than 256'),
    (_call(RUN_TASK, [*OVERRIDE, 'env'], []), 'containerOverrides[].env is unknown'),
    (_call(RUN_TASK, ['answer', 'tasks', 0, 'createdAt'], '2026-11-20T10:00:00Z'), 'createdAt is no time in seconds'),
    (_call(RUN_TASK, ['answer', 'tasks', 0, 'createdAt'], 1795168800000), 'createdAt is no time in seconds'),
    (_call(RUN_TASK, ['answer', 'tasks', 0, 'stopCode'], 'Stopped'), 'stopCode is none of its enum'),
    (_call(RUN_TASK, ['answer', 'tasks', 0, 'task_arn'], 'a'), 'tasks[].task_arn is unknown'),
    (_call(RUN_TASK, ['answer', 'tasks', 0, 'stoppedReason'], None), 'stoppedReason is null'),
    (_call(RUN_TASK, ['answer', 'tasks'], {}), 'tasks is no list'),
    (_call(RUN_TASK, ['answer'], 'text'), 'it is no JSON object'),
    (_error(RUN_TASK, 400, {'__type': 'NoException', 'message': 'a'}), 'NoException is no error of RunTask'),
    (_error(RUN_TASK, 500, {'__type': 'ConflictException', 'message': 'a'}), 'ConflictException has the status 500'),
    (_error(RUN_TASK, 400, {'__type': 'ConflictException', 'message': 'a', 'ids': []}), 'ids is unknown'),
    (_error(RUN_TASK, 400, {'__type': 'ClientException'}), 'ClientException has no message'),
    # Allowed where a test has it answered only.
    (_error(START_BUILD, 500, {'__type': 'ServerException', 'message': 'a'}), 'ServerException is no error of'),
    (_call(START_BUILD, ['request', 'timeoutInMinutesOverride'], 4), 'Override is 4 big, less than 5'),
    (_call(START_BUILD, ['request', 'idempotencyToken'], 7), 'idempotencyToken is no string'),
    (_call(START_BUILD, ['answer', 'build', 'buildStatus'], 'RUNNING'), 'buildStatus is none of its enum'),
    (_call(START_EXECUTION, ['request', 'name'], 'a' * 81), 'name is 81 long, more than 80'),
    (_call(START_EXECUTION, ['request', 'input'], {}), 'input is no string'),
    (_call(START_EXECUTION, ['answer', 'startDate'], _GONE), 'startDate is missing'),
    # A mistake is not what a service refuses for.
    (
        _error(
            _with(START_EXECUTION, ['request', 'Name'], 'a'), 400, {'__type': 'InvalidName', 'message': 'a'}
        ),
        'stepfunctions StartExecution request: Name is unknown',
    ),
    (_call(SUBMIT_JOB, ['request', 'JobName'], 'a'), 'JobName is unknown'),
    (_call(SUBMIT_JOB, ['request', 'retryStrategy', 'attempts'], '1'), 'retryStrategy.attempts is no integer'),
    (_call(SUBMIT_JOB, ['answer', 'jobId'], _GONE), 'jobId is missing'),
    (_error(SUBMIT_JOB, 500, {'__type': 'ClientException', 'message': 'a'}), 'ClientException has the status 500'),
    (_task(['request', 'jobName'], 'a'), 'task submitJob: jobName is unknown'),
    (_task(['request', 'Timeout'], {'attemptDurationSeconds': 60}), 'Timeout.attemptDurationSeconds is unknown'),
    (_task(['request', 'RetryStrategy'], {'Attempts': '1'}), 'RetryStrategy.Attempts is no integer'),
    (_task(['answer', 'Status'], 'DONE'), 'answer.Status is none of its enum'),
    (
        {'task': {'task': 'submitJob', 'request': SUBMIT_TASK['request'], 'name': 'Batch.NoException', 'message': 'a'}},
        'Batch.NoException is no failure of a task',
    ),
    (_event(['detail', 'startedAt'], 1795168800.5), 'aws.ecs: startedAt is no time in iso'),
    (_event(['detail', 'laststatus'], 'STOPPED'), 'laststatus is unknown'),
    (_event(['detail', 'tags'], []), 'tags are not in events'),
    (_event(['detail-type'], 'ECS Task Change'), 'aws.ecs has no ECS Task Change'),
    (_event(['time'], '2026-11-20T10:00:00.000Z'), 'time is 2026-11-20T10:00:00.000Z'),
    (_event(['resources'], []), 'resources are []'),
]


def self_test():
    wrong = []
    for line in SOUND:
        found, _ = check_line(line)
        if found:
            wrong.append(f'a sound line has problems: {found}')
    for line, expected in BROKEN:
        found, _ = check_line(line)
        if not any(expected in each for each in found):
            wrong.append(f'not found: {expected}; but: {found}')
    for each in wrong:
        print(each, file=sys.stderr)
    print(f'{len(BROKEN)} broken and {len(SOUND)} sound lines; {len(wrong)} misjudged')
    return 1 if wrong else 0

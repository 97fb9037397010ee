"""Checks the state changes that stand-ins emit, as EventBridge has them."""

import re

from calls import model_of, operation_of
from shapes import Style, problems_of

ENVELOPE = {
    'version': str,
    'id': str,
    'detail-type': str,
    'source': str,
    'account': str,
    'time': str,
    'region': str,
    'resources': list,
    'detail': dict,
}

# https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html: no model has these. A
# value is True, an enum of CodeBuild's model, a pattern, or what lies within.
_TIME = re.compile(r'[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d{2}:\d{2} [AP]M')
_BUILD = {
    'build-status': 'StatusType',
    'project-name': True,
    'build-id': re.compile(r'arn:aws:codebuild:[^:]+:\d{12}:build/[^:]+:[0-9a-f-]{36}'),
    'current-phase': 'BuildPhaseType',
    'current-phase-context': True,
    'version': re.compile('1'),
    'additional-information': {
        'artifact': {'md5sum': True, 'sha256sum': True, 'location': True},
        'cache': {'type': 'CacheType', 'location': True},
        'build-number': True,
        'timeout-in-minutes': True,
        'queued-timeout-in-minutes': True,
        'build-complete': True,
        'initiator': True,
        'build-start-time': _TIME,
        'source': {'type': 'SourceType', 'location': True, 'buildspec': True},
        'source-version': True,
        'logs': {'group-name': True, 'stream-name': True, 'deep-link': True},
        'environment': {
            'image': True,
            'privileged-mode': True,
            'image-pull-credentials-type': 'ImagePullCredentialsType',
            'compute-type': 'ComputeType',
            'type': 'EnvironmentType',
            'environment-variables': [{'name': True, 'value': True, 'type': 'EnvironmentVariableType'}],
        },
        'phases': [
            {
                'phase-context': True,
                'start-time': _TIME,
                'end-time': _TIME,
                'duration-in-seconds': True,
                'phase-type': 'BuildPhaseType',
                # Only events have the other one.
                # https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
                'phase-status': 'StatusType|CLIENT_ERROR',
            }
        ],
    },
}


def check_event(event):
    """What is wrong with an event: its envelope, and its detail by what the service's model calls the same."""
    found = [f'{name} is missing' for name in ENVELOPE.keys() - event.keys()]
    found += [f'{name} is unknown' for name in event.keys() - ENVELOPE.keys()]
    for name in event.keys() & ENVELOPE:
        if not isinstance(event[name], ENVELOPE[name]):
            found.append(f'{name} is no {ENVELOPE[name].__name__}')
    if found:
        return found
    if not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', event['time']):
        found.append(f'time is {event["time"]}')
    check = _CHECKS.get((event['source'], event['detail-type']))
    if check is None:
        return [f'{event["source"]} has no {event["detail-type"]}']
    return found + check(event['detail'], event['resources'])


def _check_task(detail, resources):
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html: tags are not in it.
    fields = {name: value for name, value in detail.items() if name != 'updatedAt'}
    found = problems_of(model_of('ecs').shape_for('Task'), fields, Style(times='iso', may_be_empty=True))
    if 'updatedAt' not in detail:
        found.append('updatedAt is missing')
    if 'tags' in detail:
        found.append('tags are not in events')
    return found + _check_resources(resources, detail.get('taskArn'))


def _check_job(detail, resources):
    # https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html
    # The model requires startedAt; a job that has not run has none.
    found = problems_of(model_of('batch').shape_for('JobDetail'), detail, Style(may_be_empty=True))
    found = [each for each in found if each != 'startedAt is missing' or detail['status'] == 'RUNNING']
    return found + _check_resources(resources, detail.get('jobArn'))


def _check_execution(detail, resources):
    # https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    shape = operation_of('stepfunctions', 'DescribeExecution').output_shape
    found = problems_of(shape, detail, Style(times='milliseconds', has_null=True))
    return found + _check_resources(resources, detail.get('executionArn'))


def _check_build(detail, resources):
    return _check_like(detail, _BUILD, 'detail') + _check_resources(resources, detail.get('build-id'))


def _check_like(value, like, path):
    if isinstance(like, dict):
        found = [f'{path}.{name} is unknown' for name in value.keys() - like.keys()]
        for name in value.keys() & like:
            found += _check_like(value[name], like[name], f'{path}.{name}')
        return found
    if isinstance(like, list):
        return [each for item in value for each in _check_like(item, like[0], f'{path}[]')]
    if isinstance(like, str):
        enum, *others = like.split('|')
        return [] if value in others else problems_of(model_of('codebuild').shape_for(enum), value, Style(), path)
    if isinstance(like, re.Pattern) and not like.fullmatch(value):
        return [f'{path} is {value}']
    return []


def _check_resources(resources, arn):
    return [] if resources == [arn] else [f'resources are {resources}']


_CHECKS = {
    ('aws.ecs', 'ECS Task State Change'): _check_task,
    ('aws.batch', 'Batch Job State Change'): _check_job,
    ('aws.states', 'Step Functions Execution Status Change'): _check_execution,
    ('aws.codebuild', 'CodeBuild Build State Change'): _check_build,
}

"""
Checks what the tests' stand-ins for AWS were asked, answered and told of against the services' own models, which are
botocore's: `check_calls.py <folder>` reads the JSON lines that test/stand-in/record.ts left there. Prints what was
checked, and exits with 1 when anything does not match, or an operation that the targets use was never called.
`check_calls.py --self-test` shows that broken calls are found.
"""

import collections
import json
import pathlib
import sys

sys.dont_write_bytecode = True

from lines import ALLOWED, check_line  # noqa: E402
from self_test import self_test  # noqa: E402

# What the targets call.
USED = {
    'ecs': ('RunTask', 'StopTask', 'DescribeTasks', 'ListTasks', 'DescribeTaskDefinition'),
    'codebuild': ('StartBuild', 'StopBuild', 'BatchGetBuilds', 'ListBuildsForProject'),
    'stepfunctions': ('StartExecution', 'StopExecution', 'DescribeExecution', 'DescribeStateMachine'),
    'batch': ('SubmitJob', 'DescribeJobs', 'ListJobs', 'TerminateJob', 'CancelJob'),
}
# What their state machines call by themselves.
TASKS = ('submitJob', 'listJobs', 'describeJobs')
EVENTS = (
    ('aws.ecs', 'ECS Task State Change'),
    ('aws.codebuild', 'CodeBuild Build State Change'),
    ('aws.states', 'Step Functions Execution Status Change'),
    ('aws.batch', 'Batch Job State Change'),
)


def main(folder):
    problems, allowed = collections.Counter(), collections.Counter()
    requests, answers, errors = collections.Counter(), collections.Counter(), collections.Counter()
    events = collections.Counter()
    for path in sorted(pathlib.Path(folder).glob('*.jsonl')):
        with path.open(encoding='utf-8') as lines:
            for text in lines:
                line = json.loads(text)
                key, status = _to_key(line)
                found, used = check_line(line)
                problems.update(found)
                allowed.update(used)
                if 'event' in line:
                    events[key] += 1
                    continue
                requests[key] += 1
                answers[key] += status == 200
                errors[key] += status not in (200, None)

    print(f'{"service":<20} {"operation":<22} {"requests":>8} {"answers":>8} {"errors":>8}')
    expected = [(service, operation) for service, operations in USED.items() for operation in operations]
    expected += [('batch in a machine', task) for task in TASKS]
    for key in [*expected, *sorted(requests.keys() - set(expected))]:
        print(f'{key[0]:<20} {key[1]:<22} {requests[key]:>8} {answers[key]:>8} {errors[key]:>8}')
    print(f'\n{"source":<20} {"event":<40} {"checked":>11}')
    for key in [*EVENTS, *sorted(events.keys() - set(EVENTS))]:
        print(f'{key[0]:<20} {key[1]:<40} {events[key]:>11}')
    print('\nnot in the models, and answered so by tests on purpose:')
    for entry in ALLOWED:
        service, pattern, reason = entry
        print(f'{allowed[entry]:>6} × {service}: {pattern} ({reason})')

    for key in expected:
        if requests[key] == 0:
            problems[f'{key[0]} {key[1]} was never called'] += 1
        elif answers[key] == 0:
            problems[f'{key[0]} {key[1]} never answered'] += 1
    for key in EVENTS:
        if events[key] == 0:
            problems[f'{key[0]} never told of a {key[1]}'] += 1
    for problem, count in problems.most_common():
        print(f'{count:>6} × {problem}', file=sys.stderr)
    print(f'\n{sum(requests.values())} calls and {sum(events.values())} events; kinds of problems: {len(problems)}')
    return 1 if problems else 0


def _to_key(line):
    """What it is counted under, and its status."""
    if 'event' in line:
        return (line['event']['source'], line['event']['detail-type']), None
    if 'task' in line:
        return ('batch in a machine', line['task']['task']), 200 if 'answer' in line['task'] else 400
    call = line['call']
    return (call['service'], call['operation']), call.get('status')


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: check_calls.py <folder> | --self-test')
    sys.exit(self_test() if sys.argv[1] == '--self-test' else main(sys.argv[1]))

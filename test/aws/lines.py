"""Checks one line of what stand-ins recorded: a call, a call by a state machine, or an event."""

import re

from calls import check_answer, check_error, check_request, is_operation
from events import check_event
from tasks import check_task

# What tests have a stand-in answer with on purpose, although no model has it.
ALLOWED = [
    ('codebuild', r'ServerException is no error of \w+', 'whatever its name, 500 leaves it open what was done'),
    ('stepfunctions', r'InternalServerError is no error of \w+', 'the same'),
    ('stepfunctions', r'TooManyRequestsException is no error of \w+', 'throttling, by the name of other services'),
    ('ecs', r'tasks\[\]\.taskArn is no string: 7', 'an answer that names no task is no start'),
    ('stepfunctions', r"status is none of its enum: 'NAPPING'", 'a status that is added to the service later'),
    ('stepfunctions', r'stateMachineArn is 0 long, less than 1', 'an answer with little in it'),
]

# What a service refuses a request for; anything else is a mistake in whoever wrote the request.
_REFUSABLE = re.compile(r'is \d+ (long|big), (less|more) than|is missing$|does not match|is none of its enum')


def check_line(line):
    """Whatever is wrong; and, apart from that, which entries of ALLOWED stand for the rest."""
    if 'event' in line:
        event = line['event']
        return [f'{event.get("source")}: {each}' for each in check_event(event)], set()
    if 'task' in line:
        return [f'task {line["task"]["task"]}: {each}' for each in check_task(line['task'])], set()
    call, fault = line['call'], line.get('fault')
    if not is_operation(call['service'], call['operation']):
        return [f'{call["service"]} has no operation {call["operation"]}'], set()
    where = f'{call["service"]} {call["operation"]}'
    status = call.get('status')
    is_refused = fault is None and status is not None and 400 <= status < 500
    found = [
        f'{where} request: {each}'
        for each in check_request(call)
        if not (is_refused and _REFUSABLE.search(each))
    ]
    # Without a status, nobody got an answer.
    problems = [] if status is None else check_answer(call) if status == 200 else check_error(call)
    used = set()
    for each in problems:
        entry = _allowed(call['service'], each) if fault in ('refuse', 'answer') else None
        if entry is None:
            found.append(f'{where} {"answer" if status == 200 else "error"}: {each}')
        else:
            used.add(entry)
    return found, used


def _allowed(service, problem):
    for entry in ALLOWED:
        if entry[0] == service and re.fullmatch(entry[1], problem):
            return entry
    return None

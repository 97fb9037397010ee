"""Checks what a state machine's tasks ask Batch for, as the interpreter of the machine calls it: in PascalCase."""

import json

from calls import check_request, common_errors_of, model_of, operation_of
from shapes import Style, problems_of

PASCAL = Style(is_pascal=True)
PASCAL_ANSWER = Style(is_pascal=True, may_be_empty=True)
OPERATIONS = {'submitJob': 'SubmitJob', 'listJobs': 'ListJobs', 'describeJobs': 'DescribeJobs'}
# Where Step Functions cuts a cause.
LONGEST_CAUSE = 32_768


def check_task(task):
    """What is wrong with a task's request, and with what it gave or failed with."""
    operation = OPERATIONS[task['task']]
    found = check_request({'service': 'batch', 'operation': operation, 'request': task['request']}, PASCAL)
    if 'answer' in task:
        # submitJob.sync gives the job that has ended.
        shape = _job_detail() if operation == 'SubmitJob' else operation_of('batch', operation).output_shape
        return found + problems_of(shape, task['answer'], PASCAL_ANSWER, 'answer')
    return found + _check_failure(operation, task['name'], task['message'])


def _check_failure(operation, name, message):
    if name in ('States.Runtime', 'States.Timeout'):
        return []
    if name == 'States.TaskFailed' and operation == 'SubmitJob':
        if len(message) >= LONGEST_CAUSE:
            return []
        try:
            cause = json.loads(message)
        except ValueError:
            return [f'the cause is no JSON: {message[:80]}']
        found = problems_of(_job_detail(), cause, PASCAL_ANSWER, 'cause')
        # The model requires it; a job that never ran has none.
        return [each for each in found if each != 'cause.StartedAt is missing']
    declared = {shape.error_code for shape in operation_of('batch', operation).error_shapes}
    if name.startswith('Batch.') and name.removeprefix('Batch.') in declared | common_errors_of('batch').keys():
        return []
    return [f'{name} is no failure of a task']


def _job_detail():
    return model_of('batch').shape_for('JobDetail')

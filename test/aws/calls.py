"""Checks one call, as a stand-in recorded it, against the model of its service."""

import functools
import json

import botocore.parsers
import botocore.session
import botocore.validate

from shapes import ANSWER, REQUEST, problems_of, to_members, to_wire

# "Common Errors" of each service's API reference, such as
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html; they are in no operation's model.
COMMON_ERRORS = {
    'AccessDeniedException': 4,
    'ExpiredTokenException': 4,
    'IncompleteSignature': 4,
    'InternalFailure': 5,
    'NotAuthorized': 4,
    'OptInRequired': 4,
    'RequestEntityTooLargeException': 4,
    'RequestExpired': 4,
    'SerializationException': 4,
    'ServiceUnavailable': 5,
    'ThrottlingException': 4,
    'UnrecognizedClientException': 4,
    'ValidationException': 4,
}
# https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html does not have it; callers have met it.
SERVICE_ERRORS = {'batch': {'TooManyRequestsException': 4}}

_session = botocore.session.get_session()


@functools.cache
def model_of(service):
    return _session.get_service_model(service)


@functools.cache
def operation_of(service, operation):
    return model_of(service).operation_model(operation)


def is_operation(service, operation):
    return operation in model_of(service).operation_names


def common_errors_of(service):
    """By name, with the status's first digit."""
    return {**COMMON_ERRORS, **SERVICE_ERRORS.get(service, {})}


def check_request(call, style=REQUEST):
    """What is wrong with a request, by botocore's own check of parameters, and by a stricter one."""
    operation = operation_of(call['service'], call['operation'])
    shape, request = operation.input_shape, call['request']
    found = problems_of(shape, request, style)
    report = botocore.validate.ParamValidator().validate(to_members(shape, request, style), shape)
    if report.has_errors() and not found:
        found = report.generate_report().splitlines()
    return found


def check_answer(call):
    """What is wrong with a 200, and what of it botocore's parser would not give to its caller."""
    operation = operation_of(call['service'], call['operation'])
    shape, answer = operation.output_shape, call['answer']
    if not isinstance(answer, dict):
        return ['it is no JSON object']
    if shape is None:
        return [f'{name} is unknown' for name in answer]
    found = problems_of(shape, answer, ANSWER)
    if not found and _rounded(to_wire(shape, _parse(call))) != _rounded(answer):
        found.append('botocore reads something else')
    return found


def check_error(call):
    """What is wrong with an error: its code, the status that goes with it, and its members."""
    operation = operation_of(call['service'], call['operation'])
    if not isinstance(call['answer'], dict):
        return ['it is no JSON object']
    code = to_code(call)
    fields = {name: value for name, value in call['answer'].items() if name not in ('__type', 'message', 'Message')}
    shape = next((each for each in operation.error_shapes if each.error_code == code), None)
    if shape is not None:
        found = problems_of(shape, fields, ANSWER)
        status = shape.metadata.get('error', {}).get('httpStatusCode')
        hundreds = 5 if code.startswith(('Server', 'Internal')) else 4
    else:
        found = [f'{name} is unknown' for name in fields]
        status = None
        hundreds = common_errors_of(call['service']).get(code)
        if hundreds is None:
            return [f'{code} is no error of {call["operation"]}']
    if call['status'] != status if status else call['status'] // 100 != hundreds:
        found.append(f'{code} has the status {call["status"]}')
    if not call['answer'].get('message'):
        found.append(f'{code} has no message')
    return found


def to_code(call):
    """The name that botocore's caller would get to see."""
    return _parse(call)['Error']['Code']


def _parse(call):
    protocol = model_of(call['service']).metadata['protocol']
    headers = {'content-type': 'application/x-amz-json-1.1'}
    if call['status'] >= 300:
        headers['x-amzn-errortype'] = call['answer'].get('__type', '')
    response = {'status_code': call['status'], 'headers': headers, 'body': json.dumps(call['answer']).encode()}
    shape = operation_of(call['service'], call['operation']).output_shape
    return botocore.parsers.create_parser(protocol).parse(response, shape)


def _rounded(value):
    """Times are given in milliseconds at best; a float that went through a date may differ behind that."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if isinstance(value, float):
        return round(value, 3)
    return value

"""Checks JSON against a shape of a service's model, more strictly than botocore does."""

import dataclasses
import functools
import re
import sys
import unicodedata
from datetime import datetime

_TYPES = {
    'structure': dict,
    'map': dict,
    'list': list,
    'string': str,
    'character': str,
    'blob': str,
    'boolean': bool,
    'integer': int,
    'long': int,
    'float': (int, float),
    'double': (int, float),
}


@dataclasses.dataclass(frozen=True)
class Style:
    """How JSON writes a shape. By default as the JSON protocols do."""

    # 'seconds', 'milliseconds' or 'iso'
    times: str = 'seconds'
    # null stands for what is not there.
    has_null: bool = False
    # As Step Functions has it: Names.Like.This.
    is_pascal: bool = False
    # Lists and maps may be empty where a request would need one member: so services answer.
    may_be_empty: bool = False


REQUEST = Style()
ANSWER = Style(may_be_empty=True)


def problems_of(shape, value, style, path=''):
    """What is wrong with a value: unknown and missing members, types, enums, patterns, least and most."""
    if value is None:
        return [] if style.has_null else [f'{path or "it"} is null']
    if shape.type_name == 'timestamp':
        return [] if _is_time(value, style.times) else [f'{path} is no time in {style.times}: {_cut(value)}']
    expected = _TYPES[shape.type_name]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (is_number if expected in (int, (int, float)) else isinstance(value, expected)) or (
        expected is int and not isinstance(value, int)
    ):
        return [f'{path or "it"} is no {shape.type_name}: {_cut(value)}']
    found = _limits(shape, value, style, path)
    if shape.type_name == 'structure':
        found += _structure(shape, value, style, path)
    elif shape.type_name == 'map':
        for key, each in value.items():
            found += problems_of(shape.key, key, style, f'{path} key')
            found += problems_of(shape.value, each, style, f'{path}.*')
    elif shape.type_name == 'list':
        for each in value:
            found += problems_of(shape.member, each, style, f'{path}[]')
    return found


def to_members(shape, value, style=REQUEST):
    """The same value under the names that botocore has for its members, which may differ from those on the wire."""
    if isinstance(value, dict) and shape.type_name == 'structure':
        names = {wire_name(name, member, style): name for name, member in shape.members.items()}
        return {
            names.get(key, key): to_members(shape.members[names[key]], each, style) if key in names else each
            for key, each in value.items()
        }
    if isinstance(value, dict) and shape.type_name == 'map':
        return {key: to_members(shape.value, each, style) for key, each in value.items()}
    if isinstance(value, list) and shape.type_name == 'list':
        return [to_members(shape.member, each, style) for each in value]
    return value


def to_wire(shape, parsed):
    """The JSON that botocore's parser must have read."""
    if isinstance(parsed, datetime):
        return round(parsed.timestamp(), 3)
    if isinstance(parsed, dict) and shape.type_name == 'structure':
        members = shape.members
        return {
            wire_name(name, members[name], ANSWER): to_wire(members[name], each)
            for name, each in parsed.items()
            if name in members
        }
    if isinstance(parsed, dict):
        return {key: to_wire(shape.value, each) for key, each in parsed.items()}
    if isinstance(parsed, list):
        return [to_wire(shape.member, each) for each in parsed]
    return parsed


def wire_name(name, member, style):
    wired = member.serialization.get('name', name)
    return wired[0].upper() + wired[1:] if style.is_pascal else wired


def _structure(shape, value, style, path):
    members = {wire_name(name, member, style): member for name, member in shape.members.items()}
    required = {wire_name(name, shape.members[name], style) for name in shape.required_members}
    found = [f'{_join(path, name)} is missing' for name in sorted(required - value.keys())]
    if shape.metadata.get('union') and len(value) != 1:
        found.append(f'{path} has {len(value)} members of a union')
    for name, each in value.items():
        if name in members:
            found += problems_of(members[name], each, style, _join(path, name))
        else:
            found.append(f'{_join(path, name)} is unknown')
    return found


def _limits(shape, value, style, path):
    metadata = shape.metadata
    found = []
    if shape.type_name in ('string', 'list', 'map'):
        size, what = len(value), 'long'
    elif shape.type_name in ('integer', 'long', 'float', 'double'):
        size, what = value, 'big'
    else:
        return found
    is_spared = size == 0 and style.may_be_empty and shape.type_name in ('list', 'map')
    if size < metadata.get('min', size) and not is_spared:
        found.append(f'{path} is {size} {what}, less than {metadata["min"]}')
    if size > metadata.get('max', size):
        found.append(f'{path} is {size} {what}, more than {metadata["max"]}')
    if 'enum' in metadata and value not in metadata['enum']:
        found.append(f'{path} is none of its enum: {_cut(value)}')
    if 'pattern' in metadata and not _to_pattern(metadata['pattern']).fullmatch(value):
        found.append(f'{path} does not match {metadata["pattern"]}: {_cut(value)}')
    return found


def _is_time(value, times):
    if times == 'iso':
        try:
            return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            return False
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    # The same number is a time of this century in one of both only; small ones are times that tests make up.
    return isinstance(value, int) and value > 100_000_000_000 if times == 'milliseconds' else value < 100_000_000_000


@functools.cache
def _to_pattern(pattern):
    """Python has no classes of Unicode, such as \\p{L}."""
    parts = []
    is_in_class = False
    at = 0
    while at < len(pattern):
        property_name = re.match(r'\\p\{(\w+)\}', pattern[at:])
        if property_name:
            ranges = _to_ranges(property_name[1])
            parts.append(ranges if is_in_class else f'[{ranges}]')
            at += property_name.end()
            continue
        length = 2 if pattern[at] == '\\' else 1
        part = pattern[at : at + length]
        is_in_class = part == '[' or (is_in_class and part != ']')
        parts.append(part)
        at += length
    return re.compile(''.join(parts))


@functools.cache
def _to_ranges(name):
    if name == 'ASCII':
        return '\\x00-\\x7f'
    ranges = []
    for code in range(sys.maxunicode + 1):
        if not unicodedata.category(chr(code)).startswith(name):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ''.join(f'\\U{first:08x}-\\U{last:08x}' for first, last in ranges)


def _join(path, name):
    return f'{path}.{name}' if path else name


def _cut(value):
    text = repr(value)
    return text if len(text) <= 80 else f'{text[:77]}...'

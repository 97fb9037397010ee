import type { Check } from './checks.ts';
import { isRecord } from './document.ts';
import { atKey, atValue, type Mistake, type Path, suggestion, toShown } from './mistake.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
const eventFields = [
  'version',
  'id',
  'detail-type',
  'source',
  'account',
  'time',
  'region',
  'resources',
  'detail',
  'replay-name',
];

/** Of EventPattern in https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const longestPattern = 4096;

/** Refuses what is plainly no pattern: a mapping whose innermost values are lists of what may be there. */
export const checkPattern: Check = (raw) => (isRecord(raw) ? findInMapping(raw, []) : []);

/** A pattern of EventBridge, which can only name the fields that its events have. */
export const checkEventPattern: Check = (raw) => {
  if (!isRecord(raw)) return [];
  const length = JSON.stringify(raw).length;
  return [
    ...findInMapping(raw, []),
    ...Object.keys(raw)
      .filter((name) => !eventFields.includes(name) && name !== '$or')
      .map((name) => {
        const near = suggestion(name, eventFields) || `, expected one of ${eventFields.join(', ')}`;
        return atKey([name], `no event has this field${near}`);
      }),
    ...(length > longestPattern
      ? [atKey([], `found ${length} characters of JSON, expected at most ${longestPattern}`)]
      : []),
  ];
};

function findInMapping(mapping: Readonly<Record<string, unknown>>, path: Path): readonly Mistake[] {
  const entries = Object.entries(mapping);
  if (entries.length === 0)
    return [atValue(path, 'found an empty mapping, expected fields and what they may be')];
  return entries.flatMap(([name, value]) => {
    const here = [...path, name];
    if (isRecord(value)) return findInMapping(value, here);
    if (Array.isArray(value) && value.length > 0) return [];
    return [
      atValue(here, `found ${toShown(value, here)}, expected a list of what it may be, such as [created]`),
    ];
  });
}

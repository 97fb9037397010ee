import type { Path } from './mistake.ts';

const dataNames = ['input', 'inputTransformer', 'eventPattern', 'filterPatterns', 'filterPolicy'];

const referring = ['jobs', 'network', 'announcements', 'alarms', 'runsApi'];

/** What events take as it is: a mapping there is the user's data, whatever its names. */
export function isData([part, , owner, , properties, name]: Path): boolean {
  const isOfEvent = part === 'jobs' && owner === 'events' && properties === 'properties';
  return isOfEvent && dataNames.includes(String(name));
}

/** Whether a mapping such as `{ Ref: Orders }` there is a reference. */
export function mayRefer(path: Path): boolean {
  const [part, , owner] = path;
  return referring.includes(String(part)) && owner !== 'local' && !isData(path);
}

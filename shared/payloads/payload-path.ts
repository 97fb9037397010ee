import { PayloadError, type PayloadFormat, type PayloadOwner } from './payload-store.ts';

const jobShape = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const runIdShape = /^[0-9a-z]{26}$/;

/**
 * Where a payload lies within its store: `<job>/<run id>/<start of its hash>.<format>`. The job comes first, so that a
 * role can be let read what is of its own job. Throws PayloadError for what is no job, or no id of a run.
 */
export function toPayloadPath({ job, id }: PayloadOwner, sha256: string, format: PayloadFormat): string {
  if (!runIdShape.test(id)) throw new PayloadError(`${toShown(id)} is no id of a run: it gets no payload`);
  if (!jobShape.test(job)) throw new PayloadError(`${toShown(job)} is no name of a job: it gets no payload`);
  return `${job}/${id}/${sha256.slice(0, 16)}.${format}`;
}

/** A text that may be anything, for an error's message. */
export function toShown(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 99)}…`);
}

import { isJson, isObject } from '../events/json.ts';
import { nameLookalike, showKeys } from './lookalike.ts';
import { kindOf, showText } from './reading/fields.ts';
import { EventParseError, NoRuleError, type Source } from './source.ts';

/**
 * Runs that a person starts: the console's test, `aws lambda invoke`, `signalbox invoke`.
 *
 * Takes:  exactly { job, input }; the input is any JSON.
 * Gives:  one record. Its time is the moment it was parsed, as the payload has none.
 * Id:     the invocation's: Lambda keeps it when it retries an asynchronous call.
 * Throws: EventParseError.
 */
export const manual: Source = {
  name: 'manual',

  parse(payload, { requestId, functionArn }) {
    const { job, input } = parseCall(payload);
    const time = new Date().toISOString();
    return {
      source: 'manual',
      id: requestId,
      sourceArn: functionArn,
      time,
      addressed: { source: 'manual', job },
      records: [
        {
          recordId: requestId,
          events: [
            {
              specversion: '1.0',
              id: requestId,
              source: functionArn,
              type: 'signalbox.manual',
              time,
              datacontenttype: 'application/json',
              data: { input },
            },
          ],
        },
      ],
      claimed: { by: 'run' },
      isOrdered: false,
      payload,
    };
  },

  answer(_delivery, { dispatched: [dispatched], unrecorded: [unrecorded] }) {
    if (unrecorded) return refuse(unrecorded.error);
    if (dispatched === undefined) return {};
    const { runId, job, status, links } = dispatched;
    return { runId, job, status, ...(links && { links }) };
  },

  refuse,
};

/** Throws: who called sees the message. */
function refuse(error: unknown): never {
  if (error instanceof EventParseError || error instanceof NoRuleError) throw error;
  const reason = error instanceof Error ? error.message : 'for an unknown reason';
  throw new Error(`manual: no run was recorded and no job was started: ${reason}`, { cause: error });
}

function parseCall(payload: unknown) {
  if (!isObject(payload)) throw problem(`the payload is ${kindOf(payload)}`);
  const { job, input } = payload;
  if (
    Object.keys(payload).length !== 2 ||
    !Object.hasOwn(payload, 'job') ||
    !Object.hasOwn(payload, 'input')
  ) {
    const name = nameLookalike(payload)?.name;
    throw problem(
      name === undefined ? `the payload has ${showKeys(payload)}` : `the payload looks like ${name}`,
    );
  }
  if (typeof job !== 'string' || !/^[a-z0-9-]{1,40}$/.test(job)) {
    throw problem(`"job" is ${showText(job)}, which is not a job's name (1 to 40 of a-z, 0-9, "-")`);
  }
  if (!isJson(input)) throw problem('"input" is no JSON, or is nested too deeply');
  return { job, input };
}

function problem(found: string): EventParseError {
  return new EventParseError('manual', `${found}, expected exactly { "job": "<name>", "input": <any JSON> }`);
}

import type { Core } from './core.ts';
import { type Service, ServiceError } from './service.ts';

export type Logs = {
  readonly create: (core: Core) => Service;
  /** Makes the group and the stream when they aren't there. */
  readonly write: (group: string, stream: string, ...messages: readonly string[]) => void;
  /** The next so many pages are empty, as CloudWatch's may be although lines follow. */
  readonly giveEmpty: (pages: number) => void;
};

type Line = { readonly timestamp: number; readonly message: string; readonly ingestionTime: number };
type Request = Readonly<Record<string, unknown>>;

const mostLines = 10_000;

/**
 * CloudWatch Logs, as far as its streams are read. A token is a place in a stream: at its end the same token is given
 * again, with which the lines that came since are read later.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export function createLogs(): Logs {
  const groups = new Map<string, Map<string, Line[]>>();
  let empty = 0;
  /** A token of an empty page leads to the same place, and is another token all the same. */
  let count = 0;

  return {
    write(group, stream, ...messages) {
      const streams = groups.get(group) ?? new Map<string, Line[]>();
      groups.set(group, streams);
      const now = Date.now();
      const lines = messages.map((message) => ({ timestamp: now, message, ingestionTime: now }));
      streams.set(stream, [...(streams.get(stream) ?? []), ...lines]);
    },
    giveEmpty(pages) {
      empty += pages;
    },
    create: () => ({
      name: 'logs',
      targetPrefix: 'Logs_20140328',
      operations: { GetLogEvents },
    }),
  };

  function GetLogEvents(request: Request) {
    const { nextToken, startFromHead = false, limit = mostLines } = request;
    const lines = findLines(request);
    if (typeof limit !== 'number' || limit < 1 || limit > mostLines)
      throw invalid(`limit must be between 1 and ${mostLines}`);
    if (nextToken !== undefined && startFromHead !== true)
      throw invalid('startFromHead must be true with a forward token');
    const from =
      nextToken === undefined ? toStart(lines, startFromHead === true, limit) : parseToken(nextToken);
    if (empty > 0) {
      empty--;
      return {
        events: [],
        nextForwardToken: toToken('f', from, ++count),
        nextBackwardToken: toToken('b', from, 0),
      };
    }
    const events = lines.slice(from, from + limit);
    const isEnd = events.length === 0 && nextToken !== undefined;
    return {
      events,
      nextForwardToken: isEnd ? nextToken : toToken('f', from + events.length, 0),
      nextBackwardToken: toToken('b', from, 0),
    };
  }

  function findLines({ logGroupName, logGroupIdentifier, logStreamName }: Request): readonly Line[] {
    if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
      throw invalid('exactly one of logGroupName and logGroupIdentifier is needed');
    const streams = groups.get(String(logGroupName ?? logGroupIdentifier));
    if (streams === undefined) throw missing('group');
    const lines = streams.get(String(logStreamName));
    if (lines === undefined) throw missing('stream');
    return lines;
  }
}

function toStart(lines: readonly Line[], isFromHead: boolean, limit: number): number {
  return isFromHead ? 0 : Math.max(lines.length - limit, 0);
}

/** `f/<digits>/s`, as real ones look. */
function toToken(direction: 'f' | 'b', place: number, count: number): string {
  return `${direction}/${String(count).padStart(28, '0')}${String(place).padStart(28, '0')}/s`;
}

function parseToken(token: unknown): number {
  const [, place] = /^f\/\d{28}(\d{28})\/s$/.exec(String(token)) ?? [];
  if (place === undefined) throw invalid('The specified nextToken is invalid.');
  return Number(place);
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

function missing(what: 'group' | 'stream'): ServiceError {
  return new ServiceError('ResourceNotFoundException', `The specified log ${what} does not exist.`);
}

import { toAwsFailure, toReason } from '../../aws/errors.ts';
import { NotRecordedError } from '../../not-recorded.ts';
import { LedgerError } from '../../runs/ledger.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const throttles: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'LimitExceededException',
]);

/** Texts of these may hold what the request held. */
const mayQuoteRequest: ReadonlySet<string> = new Set(['ValidationException', 'SerializationException']);

/** Says nothing of what was to be stored: an event may be secret, and errors are logged. */
export function toLedgerError(error: unknown, table: string): NotRecordedError {
  if (error instanceof NotRecordedError) return error;
  const { name, message } = toAwsFailure(error);
  const detail = mayQuoteRequest.has(name) ? name : toReason(`${name}: ${message}`);
  return new LedgerError(`the ledger's table ${table} could not be read or written: ${detail}`, {
    cause: mayQuoteRequest.has(name) ? undefined : error,
    reason: toLedgerReason(name, message),
  });
}

function toLedgerReason(name: string, message: string): LedgerError['reason'] {
  if (throttles.has(name)) return 'throttled';
  if (name === 'ValidationException' && /item size/i.test(message)) return 'too-large';
  return 'unavailable';
}

export function isConditionFailed(error: unknown): boolean {
  return toAwsFailure(error).name === 'ConditionalCheckFailedException';
}

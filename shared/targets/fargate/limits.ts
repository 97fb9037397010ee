import type { Limits } from '../../runs/fit.ts';
import { type Order, toEnvironmentLine } from '../../runs/order.ts';
import type { FargateWork } from '../../runs/plan.ts';
import { toOverrides } from './request.ts';

/**
 * All overrides of a task, with the punctuation of their JSON. AWS says "characters" and not of which kind, so bytes are
 * counted: whatever it counts is no more than these.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export const longestOverridesBytes = 8_192;

/** The agent reads lines of at most 64 KiB; what else it may count into that is left free. */
const longestLineBytes = 60_000;

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html */
export const mostEnvironmentFiles = 10;

/** An object's ARN is not known before it is stored: a bucket's 63 characters and a key well beyond our own. */
const longestArn = `arn:aws-us-gov:s3:::${'b'.repeat(63)}/${'k'.repeat(320)}.env`;

const never = { size: 1, most: 0 };

export const limits: Limits = {
  inline(order, event) {
    if (!isFargate(order)) return never;
    return {
      size: toBytes(toOverrides(order, { tier: 'inline', text: event })),
      most: longestOverridesBytes,
    };
  },

  environmentFile(order, event) {
    // A file has one line for each variable, and no way to write a line break.
    if (!isFargate(order) || /[\r\n\0]/.test(event)) return never;
    // What the definition itself has is not always known; what doesn't fit then is refused by the start.
    const files = [longestArn, ...(order.work.environmentFiles ?? [])];
    if (files.length > mostEnvironmentFiles) return never;
    const payload = { uri: '', sha256: '', sizeBytes: 0 };
    const overrides = toOverrides(order, { tier: 'environment-file', payload }, files);
    if (toBytes(overrides) > longestOverridesBytes) return never;
    // Without the line break at its end.
    return { size: Buffer.byteLength(toEnvironmentLine(event)) - 1, most: longestLineBytes };
  },
};

export function isFargate(order: Order): order is Order<FargateWork> {
  return order.work.target === 'fargate';
}

function toBytes(overrides: object): number {
  return Buffer.byteLength(JSON.stringify(overrides));
}

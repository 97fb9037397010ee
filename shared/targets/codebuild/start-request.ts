import type { ComputeType, StartBuildCommandInput } from '@aws-sdk/client-codebuild';
import type { Limits } from '../../runs/fit.ts';
import { type CarriedEvent, type Order, toVariables } from '../../runs/order.ts';
import type { CodeBuildWork } from '../../runs/plan.ts';

/** Tells a build from all others, among them those of the same run. */
export const tokenVariable = 'STP_START_TOKEN';
export const eventVariable = 'STP_TRIGGER_EVENT_DATA';

/**
 * "EnvironmentVariable should be at most 4096 characters" is what StartBuild was seen to answer; all variables together
 * are said to have a limit of 5,500. AWS documents neither, so both are kept, in bytes of UTF-8, the smallest reading.
 */
const longestValueBytes = 4096;
const longestTogetherBytes = 5500;

/** As StartBuild's model has them: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html */
const timeoutMinutes = { least: 5, most: 2160 };
const queuedTimeoutMinutes = { least: 5, most: 480 };

/** CodeBuild has two limits; the one that is nearer is told. There is no environment file. */
export const limits: Limits = {
  inline: (order, text) => {
    const variables = toNamed(order, { tier: 'inline', text });
    const longest = Math.max(...variables.map(([, value]) => Buffer.byteLength(value)));
    const together = variables.reduce((sum, each) => sum + Buffer.byteLength(each.join('')), 0);
    return longestTogetherBytes - together < longestValueBytes - longest
      ? { size: together, most: longestTogetherBytes }
      : { size: longest, most: longestValueBytes };
  },
};

/** Made only of what is frozen in the order: repeated, it is the same to the byte. */
export function toStartRequest(order: Order<CodeBuildWork>, event: CarriedEvent): StartBuildCommandInput {
  const { project, overrides = {} } = order.work;
  const { image, computeType, buildspec } = overrides;
  return {
    projectName: project,
    idempotencyToken: order.token,
    environmentVariablesOverride: toNamed(order, event).map(([name, value]) => ({
      name,
      value,
      type: 'PLAINTEXT',
    })),
    timeoutInMinutesOverride: toMinutes(order.timeoutSeconds, timeoutMinutes),
    queuedTimeoutInMinutesOverride: toMinutes(order.startTimeoutSeconds, queuedTimeoutMinutes),
    // A project of the user's may retry by itself; here the engine does, and one layer is enough.
    autoRetryLimitOverride: 0,
    ...(image === undefined ? {} : { imageOverride: image }),
    // CodeBuild judges it: the SDK's list may be older than the service's.
    ...(computeType === undefined ? {} : { computeTypeOverride: computeType as ComputeType }),
    ...(buildspec === undefined ? {} : { buildspecOverride: buildspec }),
  };
}

function toNamed(order: Order, event: CarriedEvent): readonly (readonly [name: string, value: string])[] {
  return [...Object.entries(toVariables(order, event)), [tokenVariable, order.token]];
}

/** Rounded up: CodeBuild must not end what still has time. */
function toMinutes(seconds: number, { least, most }: { readonly least: number; readonly most: number }) {
  return Math.min(Math.max(Math.ceil(seconds / 60), least), most);
}

import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { toReason, toStartAnswer } from '../../aws/errors.ts';
import type { Cause } from '../../runs/failure.ts';
import type { FargateWork } from '../../runs/plan.ts';
import type { StoredPayload } from '../../runs/run.ts';
import type { EcsApi } from './ecs-api.ts';
import { mostEnvironmentFiles } from './limits.ts';

/** The whole list of a container's files, or why there can be none. */
export type EnvironmentFiles =
  | { readonly files: readonly string[]; readonly cause?: never }
  | { readonly cause: Cause };

/** A definition's revision never changes; what a name without one stands for does. */
const revision = /:\d+$/;

/**
 * Lists what a container is to read its variables from: the event, and whatever the definition lists, which the list of
 * an override replaces. Of files that set the same variable the first one counts, so the event stands first; over all
 * of them counts the definition's own `environment`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
 */
export function createEnvironmentFiles(api: EcsApi) {
  const known = new Map<string, Promise<readonly ContainerDefinition[]>>();

  function containersOf(definition: string): Promise<readonly ContainerDefinition[]> {
    const found = known.get(definition);
    if (found !== undefined) return found;
    const asked = api
      .describeTaskDefinition(definition)
      .then(({ taskDefinition }) => taskDefinition?.containerDefinitions ?? []);
    if (revision.test(definition)) {
      known.set(definition, asked);
      asked.catch(() => known.delete(definition));
    }
    return asked;
  }

  return async function list(work: FargateWork, payload: StoredPayload): Promise<EnvironmentFiles> {
    const event = toObjectArn(payload.uri, work.cluster);
    if (event === undefined) return refuse('the event lies in no bucket, so a task cannot read it as a file');
    let own = work.environmentFiles;
    if (own === undefined) {
      let containers: readonly ContainerDefinition[];
      try {
        containers = await containersOf(work.taskDefinition);
      } catch (error) {
        return { cause: toUnreadable(error) };
      }
      const container = containers.find(({ name }) => name === work.container);
      if (container === undefined) return refuse(`its task definition has no container ${work.container}`);
      const taken = [...(container.environment ?? []), ...(container.secrets ?? [])].find(({ name }) =>
        name?.startsWith('STP_'),
      );
      if (taken !== undefined) {
        return refuse(
          `its task definition sets ${taken.name} itself, which would hide the event: take that out of the definition`,
        );
      }
      own = (container.environmentFiles ?? []).flatMap(({ value }) => (value === undefined ? [] : [value]));
    }
    if (own.length >= mostEnvironmentFiles) {
      return refuse(
        `its task definition has ${own.length} environment files; with the event's they would be more than ECS's ${mostEnvironmentFiles}`,
      );
    }
    return { files: [event, ...own] };
  };
}

/** `arn:aws:s3:::bucket/key` of `s3://bucket/key`, in the partition of another ARN. */
function toObjectArn(uri: string, sibling: string): string | undefined {
  const path = /^s3:\/\/(.+)$/.exec(uri)?.[1];
  return path === undefined ? undefined : `arn:${sibling.split(':')[1] ?? 'aws'}:s3:::${path}`;
}

function refuse(reason: string): EnvironmentFiles {
  return { cause: { class: 'rejected', reason: toReason(reason) } };
}

/** Nothing was asked to start: what isn't a definite refusal is tried again. */
function toUnreadable(error: unknown): Cause {
  const answer = toStartAnswer(error);
  if (answer.kind === 'refused') return answer.cause;
  const said = answer.kind === 'unknown' ? answer.reason : '';
  return { class: 'target-unavailable', reason: toReason(`its task definition could not be read: ${said}`) };
}

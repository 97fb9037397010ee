import type { Resources } from '../../../shared/deploy/cloudformation/template.ts';
import { createBatch } from '../../stand-in/batch.ts';
import { createCodeBuild } from '../../stand-in/codebuild.ts';
import { createEcs } from '../../stand-in/ecs.ts';
import { createEventBridge, type PutEvent } from '../../stand-in/event-bridge.ts';
import { createStepFunctions } from '../../stand-in/step-functions.ts';
import type { Definition } from '../../stand-in/step-functions-definition.ts';
import type { Resolve } from '../template/resolve.ts';

/** What jobs.yml says is there already. */
export type Existing = {
  /** `family:revision`. */
  readonly taskDefinitions: readonly string[];
  readonly stateMachines: readonly string[];
};

/** Services that have what a template makes. What is started in them goes on until it is stopped; jobs of Batch wait. */
export function createServices(
  resources: Resources,
  resolve: Resolve,
  existing: Existing,
  readObject: (arn: string) => Promise<string>,
) {
  const forever = Number.POSITIVE_INFINITY;
  const course = { seconds: 86_400, exitCode: 0 };
  const batch = createBatch({
    queues: idsOf('AWS::Batch::JobQueue').map(resolve.ref),
    definitions: Object.fromEntries(
      idsOf('AWS::Batch::JobDefinition').map((id) => [resolve.ref(id), { course }]),
    ),
  });
  batch.giveCapacity(false);
  const ecs = createEcs({
    clusters: all('AWS::ECS::Cluster').map(({ ClusterName }) => String(ClusterName)),
    readObject,
    definitions: [
      ...all('AWS::ECS::TaskDefinition').map(({ Family, ContainerDefinitions }) => ({
        family: String(Family),
        revision: 1,
        containers: toContainers(ContainerDefinitions).map(({ Name }) => ({ name: Name, course })),
      })),
      ...existing.taskDefinitions.map((name) => {
        const [family = '', revision] = name.split(':');
        return { family, revision: Number(revision), containers: [{ name: 'job', course }] };
      }),
    ],
  });
  const codeBuild = createCodeBuild({
    projects: all('AWS::CodeBuild::Project').map(({ Name }) => ({
      name: String(Name),
      work: { kind: 'course', seconds: forever, exitCode: 0 },
    })),
    concurrency: 1_000,
    provisioningMs: 0,
  });
  const stepFunctions = createStepFunctions({
    machines: [
      ...all('AWS::StepFunctions::StateMachine').map(({ StateMachineName, ...machine }) => ({
        name: String(StateMachineName),
        definition: toDefinition(machine),
      })),
      ...existing.stateMachines.map((name) => ({ name, course: { seconds: forever } })),
    ],
    handlers: batch.handlers,
    validates: false,
  });
  const events: PutEvent[] = [];
  const bus = createEventBridge({ taken: events });
  return {
    ecs,
    codeBuild,
    stepFunctions,
    batch,
    events,
    create: [ecs.create, codeBuild.create, stepFunctions.create, batch.create, bus],
  };

  function idsOf(type: string): readonly string[] {
    return Object.entries(resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
  }

  function all(type: string): readonly Readonly<Record<string, unknown>>[] {
    return idsOf(type).map(resolve.properties);
  }
}

function toContainers(value: unknown): readonly { readonly Name: string }[] {
  return Array.isArray(value) ? value : [];
}

/** An object, or a text; with its substitutions. */
function toDefinition({
  Definition: definition,
  DefinitionString: text,
  DefinitionSubstitutions: substitutions,
}: Readonly<Record<string, unknown>>): Definition {
  const whole = typeof text === 'string' ? text : JSON.stringify(definition);
  const values = Object.entries(
    typeof substitutions === 'object' && substitutions !== null ? substitutions : {},
  );
  return JSON.parse(values.reduce((known, [name, value]) => known.replaceAll(`\${${name}}`, value), whole));
}

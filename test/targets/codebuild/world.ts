import type { Order } from '../../../shared/runs/order.ts';
import type { CodeBuildWork } from '../../../shared/runs/plan.ts';
import { parseToken } from '../../../shared/runs/run.ts';
import { createCodeBuildTarget } from '../../../shared/targets/codebuild/codebuild.ts';
import type { Target } from '../../../shared/targets/target.ts';
import {
  type CodeBuild,
  type CodeBuildOptions,
  createCodeBuild,
  type Project,
} from '../../stand-in/codebuild.ts';
import type { Break, Work } from '../../stand-in/codebuild-build.ts';
import type { ServiceEvent } from '../../stand-in/core.ts';
import { type StandIn, startStandIn } from '../../stand-in/stand-in.ts';
import { runId } from '../../support/draft.ts';
import { atEnd } from '../../support/folder.ts';

export type World = {
  readonly codeBuild: CodeBuild;
  readonly standIn: StandIn;
  readonly target: Target;
  /** Waits a second for an answer, for calls that get none. */
  readonly impatient: Target;
  /** All that was emitted so far. */
  readonly events: readonly ServiceEvent[];
  /** Asked for now, by the stand-in's time. */
  readonly toOrder: (change?: Partial<Order>, project?: string) => Order;
};

export const token = `${runId}-1-1`;
export const inline = { tier: 'inline', text: '{"id":"event-1","records":[]}' } as const;

const node = (script: string): Work => ({ kind: 'command', command: [process.execPath, '-e', script] });

/** Projects by what their builds do. */
export const projects: readonly Project[] = [
  { name: 'succeeds', work: { kind: 'course', seconds: 0, exitCode: 0 } },
  { name: 'fails', work: node('process.exit(3)') },
  { name: 'waits', work: node('setInterval(() => {}, 1000)') },
  { name: 'tells', work: node('process.stdout.write(JSON.stringify(process.env))') },
];

export function toBreaking(name: string, breaks: Break): Project {
  return { name, work: { kind: 'breaks', breaks } };
}

/** A target and its stand-in, which ends with the running test. */
export async function createWorld(options: Partial<CodeBuildOptions> = {}): Promise<World> {
  const codeBuild = createCodeBuild({ projects, ...options });
  const standIn = await startStandIn(codeBuild.create);
  atEnd(() => standIn.close());
  const events: ServiceEvent[] = [];
  standIn.core.listen((event) => events.push(event));
  const { now } = standIn.core;
  return {
    codeBuild,
    standIn,
    target: createCodeBuildTarget(standIn.clients, { now }),
    impatient: createCodeBuildTarget(standIn.clients, { now, callSeconds: 1 }),
    events,
    toOrder: (change, project = 'waits') => ({ ...createOrder(toWork(project), now()), ...change }),
  };
}

export function toWork(project: string): CodeBuildWork {
  return { target: 'codebuild', project };
}

/** The token's own run, attempt and start; an hour to start, ten minutes to run. */
export function createOrder(work: CodeBuildWork, askedAt: number, ofToken = token): Order<CodeBuildWork> {
  const { attempt } = parseToken(ofToken) ?? { attempt: 1 };
  return {
    token: ofToken,
    askedAt,
    runId,
    job: 'word-index',
    source: 'manual',
    attempt,
    maximumAttempts: 3,
    deadline: '2026-11-20T11:10:00.000Z',
    timeoutSeconds: 600,
    startTimeoutSeconds: 3600,
    stopTimeoutSeconds: 30,
    work,
    event: inline.text,
  };
}

import { describe, expect, it } from 'vitest';
import type { EcsApi } from '../../../shared/targets/fargate/ecs-api.ts';
import { lookForAll } from '../../../shared/targets/fargate/look.ts';
import { toRunId } from '../../support/draft.ts';
import { toWork } from './fargate-world.ts';

const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('a look for many tasks by their tokens', () => {
  it('that fails at one of them has nothing under way when it throws, and begins no others', async () => {
    const asked: string[] = [];
    let answered = 0;
    const api: Pick<EcsApi, 'listTasks'> = {
      async listTasks(_cluster, startedBy) {
        asked.push(startedBy);
        if (asked.length === 1) throw new Error('throttled');
        await pass(20);
        answered++;
        return [];
      },
    };
    const handles = Array.from({ length: 12 }, (_, number) => ({
      token: `${toRunId(number)}-1-1`,
      work: toWork('waits'),
    }));
    await expect(lookForAll(api as EcsApi, handles)).rejects.toThrow('throttled');
    expect({ asked: asked.length, answered }).toEqual({ asked: 5, answered: 4 });
    await pass(50);
    expect(asked).toHaveLength(5);
  });
});

import { createServer } from 'node:http';
import { ListTasksCommand } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { call } from '../../shared/aws/call.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import { atEnd } from '../support/folder.ts';

describe('a call to AWS', () => {
  it('is given up when no answer comes, and asked once', async () => {
    const hung = createServer(() => {
      asked += 1;
    });
    let asked = 0;
    const { port } = await new Promise<{ port: number }>((resolve) => {
      hung.listen(0, '127.0.0.1', () => {
        const address = hung.address();
        resolve({ port: typeof address === 'object' && address ? address.port : 0 });
      });
    });
    atEnd(() => {
      hung.closeAllConnections();
      hung.close();
    });
    const { createClients } = await import('../../shared/aws/clients.ts');
    const clients = createClients({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
    });
    const ecs = await clients.ecs();
    await expect(call((options) => ecs.send(new ListTasksCommand({}), options), 0.2)).rejects.toMatchObject({
      name: expect.stringMatching(/^(?:AbortError|TimeoutError)$/),
    });
    expect(asked).toBe(1);
  });

  it('goes through one client that is made when it is asked for first', async () => {
    const standIn = await startStandIn();
    atEnd(standIn.close);
    const { clients } = standIn;
    expect(clients.ecs()).toBe(clients.ecs());
    const ecs = await clients.ecs();
    await expect(ecs.send(new ListTasksCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});

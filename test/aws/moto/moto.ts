import { randomUUID } from 'node:crypto';
import { type AwsClients, createClients } from '../../../shared/aws/clients.ts';
import { region } from '../../stand-in/core.ts';

/** As `http://127.0.0.1:1234`. */
export function toEndpoint(): string {
  const endpoint = process.env['SIGNALBOX_MOTO'];
  if (endpoint === undefined) throw new Error('these tests are run by test/aws/main.ts, which starts moto');
  return endpoint;
}

/** The SDK's own clients, as the product makes them. Each has moto's account 123456789012. */
export function createMotoClients(): AwsClients {
  return createClients({
    region,
    credentials: async () => ({ accessKeyId: 'moto', secretAccessKey: 'moto' }),
    endpoint: toEndpoint(),
  });
}

/** All tests share one moto. */
export function toOwnName(what: string): string {
  return `${what}-${randomUUID()}`;
}

import type { ClientOptions } from './client-options.ts';
import { type AwsClients, createClients } from './clients.ts';

/** The clients of the region that an ARN names; `region` is the one that they call where it names none. */
export type ClientsOf = (arn: string) => AwsClients;

/** With the same credentials everywhere. What they send to is known by its ARN, also queues. */
export function createRegions({ region, ...options }: ClientOptions): ClientsOf {
  const byRegion = new Map<string | undefined, AwsClients>();
  return (arn) => {
    const named = regionOf(arn) ?? region;
    const known = byRegion.get(named);
    if (known !== undefined) return known;
    const clients = createClients({
      ...options,
      ...(named !== undefined && { region: named }),
      useQueueUrlAsEndpoint: false,
    });
    byRegion.set(named, clients);
    return clients;
  };
}

/** Undefined for a name, and for an ARN without a region. */
function regionOf(arn: string): string | undefined {
  return /^arn:[^:]+:[^:]+:([^:]+):/.exec(arn)?.[1];
}

import { createEventBridgeAnnouncer } from '../../shared/announcers/event-bridge.ts';
import { createFailureDestination } from '../../shared/announcers/failure-destination.ts';
import { createListeners } from '../../shared/announcers/listeners.ts';
import { createOwnBus } from '../../shared/local/own-bus.ts';
import { createNoPayloadStore } from '../../shared/payloads/none.ts';
import { toRunView } from '../../shared/runs/view.ts';
import { createRouterWorld } from '../router/world.ts';
import { createEventBridge, type PutEvent } from '../stand-in/event-bridge.ts';
import { ServiceError } from '../stand-in/service.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import {
  clientsAt,
  createQueueDestination,
  createTopicDestination,
  type Destination,
} from '../support/announcements.ts';
import { type Fault, type Fauxqs, startFauxqs, toSqsRefusal } from '../support/fauxqs.ts';
import { atEnd } from '../support/folder.ts';
import { type OpenedAnnouncer, testAnnouncer } from './announcer.ts';

const forbidden = {
  kind: 'refuse',
  error: new ServiceError('AccessDeniedException', 'not allowed to call events:PutEvents'),
} as const;

const refusals = {
  sqs: toSqsRefusal(403, 'AccessDeniedException', 'not allowed to send'),
  sns: {
    kind: 'answer',
    status: 403,
    contentType: 'text/xml',
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not allowed to publish</Message></Error></ErrorResponse>',
  },
} as const;

const events = {
  ledger: { loadEvent: async () => '{"id":"event-1","records":[]}' },
  payloads: createNoPayloadStore(),
};

testAnnouncer('of an event bus', { answers: true, calls: true }, async () => {
  const { clients, opened } = await openBus();
  const announcer = createEventBridgeAnnouncer({
    client: clients.eventBridge,
    bus: 'runs',
    sender: { service: 'media' },
  });
  return { announcer, ...opened };
});

testAnnouncer('of a failure destination that is a bus', { answers: true, calls: true }, async () => {
  const { clients, opened } = await openBus();
  const announcer = createFailureDestination({
    ...events,
    clientsOf: () => clients,
    sender: { service: 'media' },
  });
  const arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/failures';
  return { announcer, plan: { onFailure: { type: 'event-bus', arn } }, ...opened };
});

testAnnouncer('of a failure destination that is a queue', { answers: true, calls: true }, async () => {
  const fauxqs = await startFauxqs();
  return openMessages(fauxqs, await createQueueDestination(fauxqs, 'failures'));
});

testAnnouncer('of a failure destination that is a topic', { answers: true, calls: false }, async () => {
  const fauxqs = await startFauxqs();
  return openMessages(fauxqs, await createTopicDestination(fauxqs, 'failures'));
});

testAnnouncer('of this process', { answers: false, calls: false }, async () => {
  const { listen, announce } = createListeners();
  const heard: string[] = [];
  const said: string[] = [];
  let isBroken = false;
  listen((run) => {
    if (isBroken) throw new Error('nobody listens');
    heard.push(run.id);
    said.push(JSON.stringify(toRunView(run)));
  });
  return {
    announcer: { announce },
    heard: () => heard,
    said: () => said.join(),
    breakDown() {
      isBroken = true;
    },
    mend() {
      isBroken = false;
    },
  };
});

testAnnouncer('of the bus of this machine', { answers: true, calls: false }, async () => {
  const properties = { useDefaultBus: true, eventPattern: { source: ['signalbox'] } };
  const world = createRouterWorld({ tidy: { events: [{ type: 'event-bus', properties }] } });
  atEnd(world.remove);
  let fails = 0;
  const router = {
    ...world.router,
    async route(delivery: Parameters<typeof world.router.route>[0]) {
      if (fails === Number.POSITIVE_INFINITY) throw new Error('the ledger is down');
      const routed = await world.router.route(delivery);
      if (fails > 0) throw new Error(`the answer is lost, ${--fails} more`);
      return routed;
    },
  };
  const announcements = { useDefaultBus: true } as const;
  const said = async () => {
    const runs = await world.runs();
    return Promise.all(runs.map(async ({ id }) => (await world.ledger.loadEvent(id)) ?? ''));
  };
  return {
    announcer: createOwnBus({ service: 'shop', announcements, router: () => router }),
    heard: async () => (await said()).map((text) => JSON.parse(text).records[0].data.detail.runId),
    said: async () => (await said()).join(),
    breakDown() {
      fails = Number.POSITIVE_INFINITY;
    },
    mend() {
      fails = 0;
    },
    loseAnswer() {
      fails = 1;
    },
  };
});

async function openBus() {
  const taken: PutEvent[] = [];
  let missed: readonly string[] = [];
  const create = createEventBridge({
    taken,
    refuse: ({ Detail = '{}' }) =>
      missed.includes(JSON.parse(Detail).runId)
        ? { ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }
        : undefined,
  });
  const { clients, faults, close } = await startStandIn(create);
  atEnd(close);
  const opened: Omit<OpenedAnnouncer, 'announcer'> = {
    heard: () => taken.map(({ detail }) => String(detail['runId'])),
    said: () => JSON.stringify(taken),
    breakDown: () => faults.always('PutEvents', forbidden),
    mend: () => faults.always('PutEvents', undefined),
    loseAnswer: () => faults.next('PutEvents', { kind: 'drop answer' }),
    miss(runIds) {
      missed = runIds;
    },
  };
  return { clients, opened };
}

function openMessages(fauxqs: Fauxqs, { onFailure, receive }: Destination<'sqs' | 'sns'>): OpenedAnnouncer {
  const { endpoint, faults } = fauxqs;
  const said = async () => {
    const waiting = faults.splice(0);
    const bodies = (await receive()).map(({ Body = '' }) => Body);
    faults.push(...waiting);
    return bodies;
  };
  return {
    announcer: createFailureDestination({
      ...events,
      clientsOf: clientsAt(endpoint),
      sender: { service: 'media' },
    }),
    plan: { onFailure },
    heard: async () => (await said()).map((body) => JSON.parse(body).runId),
    said: async () => (await said()).join(),
    breakDown: () => void faults.push(...Array.from({ length: 3 }, () => refusals[onFailure.type])),
    mend() {
      faults.length = 0;
    },
    loseAnswer: () => void faults.push({ kind: 'lost-answer' }),
    miss: (runIds) => void faults.push(toSpoil(runIds)),
  };
}

/** No message of SQS may hold this character: https://www.w3.org/TR/REC-xml/#charsets */
function toSpoil(runIds: readonly string[]): Fault {
  return {
    kind: 'edit',
    edit(body) {
      const { Entries } = body as { Entries: { MessageBody: string }[] };
      for (const entry of Entries) {
        if (runIds.includes(JSON.parse(entry.MessageBody).runId)) entry.MessageBody = '\u0000';
      }
    },
  };
}

/** A state machine's definition in the Amazon States Language, with JSONPath. */
export type Definition = Readonly<Record<string, unknown>>;

/** The state that an execution came to, with what it was given there. */
export type Place = { readonly state: string; readonly input: unknown };

type State = Readonly<Record<string, unknown>>;

export type TaskState = {
  readonly name: string;
  readonly resource: string;
  readonly timeoutSeconds: number | undefined;
};

/** What Wait states are made into, so that how long they wait is known. */
export const waitResource = 'stand-in:wait';

/** What setTimeout can wait for; the interpreter's own default, 60 s, is not Step Functions'. */
const longestMs = 2_000_000_000;

export function toTimeoutMs(seconds: number | undefined, scale: number): number {
  return seconds === undefined ? longestMs : Math.min(longestMs, seconds * scale * 1000);
}

/** A definition that takes `scale` of its time; its own timeout is left to whoever runs it. */
export function toScaled(machine: Definition, scale: number): Definition {
  const { TimeoutSeconds: _, ...rest } = machine;
  const states = Object.entries(statesOf(machine)).map(([name, state]) => [name, toState(name, state)]);
  return { ...rest, States: Object.fromEntries(states) };

  function toState(name: string, state: State): State {
    if (state['QueryLanguage'] === 'JSONata') throw new Error(`state ${name}: the stand-in has no JSONata`);
    const retry = Array.isArray(state['Retry']) ? { Retry: state['Retry'].map(toRetrier) } : {};
    switch (state['Type']) {
      case 'Wait':
        return toWait(name, state);
      case 'Task': {
        if (state['TimeoutSecondsPath'] !== undefined) {
          throw new Error(`state ${name}: the stand-in has no TimeoutSecondsPath`);
        }
        return { ...state, ...retry, TimeoutSeconds: toTimeoutMs(timeoutOf(state), scale) / 1000 };
      }
      default:
        return { ...state, ...retry, ...mapNested(state, (nested) => toScaled(nested, scale)) };
    }
  }

  function toRetrier(retrier: Readonly<Record<string, unknown>>): State {
    const { IntervalSeconds = 1, MaxDelaySeconds } = retrier;
    return {
      ...retrier,
      IntervalSeconds: Number(IntervalSeconds) * scale,
      ...(MaxDelaySeconds === undefined ? {} : { MaxDelaySeconds: Number(MaxDelaySeconds) * scale }),
    };
  }
}

function toWait(name: string, { Seconds, SecondsPath, Timestamp, TimestampPath, ...state }: State): State {
  if (state['InputPath'] !== undefined)
    throw new Error(`state ${name}: a Wait's InputPath is not known here`);
  return {
    ...state,
    Type: 'Task',
    Resource: waitResource,
    TimeoutSeconds: longestMs / 1000,
    Parameters: {
      ...(Seconds === undefined ? {} : { seconds: Seconds }),
      ...(SecondsPath === undefined ? {} : { 'seconds.$': SecondsPath }),
      ...(Timestamp === undefined ? {} : { timestamp: Timestamp }),
      ...(TimestampPath === undefined ? {} : { 'timestamp.$': TimestampPath }),
    },
    ResultPath: null,
  };
}

/** Begins at a state, with what that was given. */
export function toRedriven(machine: Definition, { state, input }: Place): Definition {
  const first = 'redriven';
  return {
    ...machine,
    StartAt: first,
    States: { ...statesOf(machine), [first]: { Type: 'Pass', Result: input, Next: state } },
  };
}

/** The interval as the definition has it, without jitter: retries are numbered from 1. */
export function toRetrySeconds(
  {
    retrier,
    attempt,
  }: {
    readonly retrier: {
      readonly IntervalSeconds?: number;
      readonly BackoffRate?: number;
      readonly MaxDelaySeconds?: number;
    };
    readonly attempt: number;
  },
  scale: number,
): number {
  const { IntervalSeconds = scale, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  const seconds = Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** (attempt - 1)) / scale;
  return Math.round(seconds * 1000) / 1000;
}

/** Whatever needs a handler, at any depth. */
export function listTasks(machine: Definition): readonly TaskState[] {
  return Object.entries(statesOf(machine)).flatMap(([name, state]): readonly TaskState[] => {
    if (state['Type'] === 'Wait') return [{ name, resource: waitResource, timeoutSeconds: undefined }];
    if (state['Type'] === 'Task') {
      return [{ name, resource: String(state['Resource']), timeoutSeconds: timeoutOf(state) }];
    }
    return nestedOf(state).flatMap(listTasks);
  });
}

function timeoutOf(state: State): number | undefined {
  return typeof state['TimeoutSeconds'] === 'number' ? state['TimeoutSeconds'] : undefined;
}

export function isTopLevel(machine: Definition, name: string): boolean {
  return Object.hasOwn(statesOf(machine), name);
}

function statesOf(machine: Definition): Readonly<Record<string, State>> {
  return (machine['States'] ?? {}) as Readonly<Record<string, State>>;
}

function nestedOf(state: State): readonly Definition[] {
  const branches = Array.isArray(state['Branches']) ? state['Branches'] : [];
  return [...branches, state['Iterator'], state['ItemProcessor']].filter((each) => each !== undefined);
}

function mapNested(state: State, change: (machine: Definition) => Definition): State {
  const { Branches, Iterator, ItemProcessor } = state;
  return {
    ...(Array.isArray(Branches) ? { Branches: Branches.map(change) } : {}),
    ...(Iterator === undefined ? {} : { Iterator: change(Iterator as Definition) }),
    ...(ItemProcessor === undefined ? {} : { ItemProcessor: change(ItemProcessor as Definition) }),
  };
}

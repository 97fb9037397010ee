/** What a simulated service is like; the facts are those of the real ones that the comments name. */
export type ServiceProfile = {
  readonly name: 'fargate' | 'codebuild' | 'state-machine';
  readonly tokenIsKnownMs: number;
  /** What is called later than this, or again, is looked for before; undefined where the name alone is enough. */
  readonly looksAfterMs: number | undefined;
  /** Whether it knows what it runs by its run and attempt, whatever the start. */
  readonly namesAttempts: boolean;
  /** How often it starts two for one token, as promise 2 grants it to some. */
  readonly startsTwice: number;
  readonly seenLateMs: number;
  /** What has ended is shown for so long. */
  readonly forgetsAfterMs: number;
  readonly eventsAreLost: number;
  /** The part of its events that don't say enough, so that it takes a look. */
  readonly onlyHints: number;
  readonly hasStopTimeout: boolean;
  /** The longest wait for a place. */
  readonly provisionMs: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly courses: Readonly<Record<Course, number>>;
};

export type Course =
  | 'succeeds'
  | 'fails'
  | 'runs out of memory'
  | 'hangs'
  | 'is timed out by its service'
  | 'is interrupted'
  | 'fails to start'
  | 'is never given a place';

const minute = 60_000;
const day = 86_400_000;

const refusals = { throttled: 0.05, 'no-capacity': 0.04, 'target-unavailable': 0.02, rejected: 0.005 };

const courses = {
  succeeds: 50,
  fails: 30,
  'runs out of memory': 3,
  hangs: 7,
  'is timed out by its service': 0,
  'is interrupted': 0,
  'fails to start': 0,
  'is never given a place': 0,
};

export const serviceProfiles: readonly ServiceProfile[] = [
  {
    name: 'fargate',
    // "kept 24 hours". https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
    tokenIsKnownMs: day,
    looksAfterMs: minute,
    // Eventually consistent; far below the two minutes that the engine grants.
    namesAttempts: false,
    startsTwice: 0,
    seenLateMs: 90_000,
    // "stopped tasks currently appear in the returned results for at least one hour".
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
    forgetsAfterMs: 60 * minute,
    // Durable: at least once. The rule's target is Lambda, though, which may refuse an event for good.
    eventsAreLost: 0.05,
    onlyHints: 0,
    hasStopTimeout: true,
    provisionMs: 90_000,
    refusals,
    courses: { ...courses, 'is interrupted': 8, 'fails to start': 5, 'is never given a place': 2 },
  },
  {
    name: 'codebuild',
    // "valid for 5 minutes". https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
    tokenIsKnownMs: 5 * minute,
    looksAfterMs: 4 * minute,
    namesAttempts: false,
    startsTwice: 0.02,
    seenLateMs: 30_000,
    // A year.
    forgetsAfterMs: 365 * day,
    // Best effort.
    eventsAreLost: 0.1,
    onlyHints: 0,
    hasStopTimeout: false,
    provisionMs: 60_000,
    refusals,
    courses: {
      ...courses,
      'fails to start': 4,
      'is never given a place': 2,
      'is timed out by its service': 4,
    },
  },
  {
    name: 'state-machine',
    // 90 days. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    tokenIsKnownMs: 90 * day,
    looksAfterMs: undefined,
    namesAttempts: true,
    startsTwice: 0,
    seenLateMs: 20_000,
    forgetsAfterMs: 90 * day,
    // Best effort.
    eventsAreLost: 0.1,
    onlyHints: 0.2,
    hasStopTimeout: false,
    provisionMs: 0,
    refusals: { throttled: 0.05, 'target-unavailable': 0.02, rejected: 0.005 },
    courses: { ...courses, 'is timed out by its service': 4 },
  },
];

/** The parts of the Amazon States Language that the machine is made of, with JSONPath. https://states-language.net/spec.html */
export type Machine = {
  readonly Comment: string;
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, State>>;
};

export type State = PassState | ChoiceState | TaskState | WaitState | EndState;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type PassState = {
  readonly Type: 'Pass';
  readonly Comment?: string;
  readonly Parameters: Json;
  readonly ResultPath?: string;
  readonly Next: string;
};

type ChoiceState = {
  readonly Type: 'Choice';
  readonly Comment?: string;
  readonly Choices: readonly (Test & { readonly Next: string })[];
  readonly Default: string;
};

export type Test =
  | { readonly Variable: string; readonly IsPresent: true }
  | { readonly Variable: string; readonly IsString: true }
  | { readonly Variable: string; readonly StringEquals: string }
  | { readonly Variable: string; readonly StringMatches: string }
  | { readonly Variable: string; readonly BooleanEquals: boolean }
  | { readonly Variable: string; readonly NumericEquals: number }
  | { readonly Variable: string; readonly NumericLessThan: number }
  | { readonly Variable: string; readonly NumericLessThanPath: string }
  | { readonly And: readonly Test[] }
  | { readonly Or: readonly Test[] }
  | { readonly Not: Test };

type TaskState = {
  readonly Type: 'Task';
  readonly Comment?: string;
  readonly Resource: string;
  readonly Parameters: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly ResultPath: string;
    readonly Next: string;
  }[];
  readonly Next: string;
};

export type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL';
};

type WaitState = {
  readonly Type: 'Wait';
  readonly Comment?: string;
  readonly Next: string;
} & ({ readonly Seconds: number } | { readonly SecondsPath: string });

type EndState =
  | { readonly Type: 'Succeed' }
  | { readonly Type: 'Fail'; readonly Comment?: string; readonly Error: string; readonly Cause: string }
  | {
      readonly Type: 'Fail';
      readonly Comment?: string;
      readonly ErrorPath: string;
      readonly CausePath: string;
    };

/** Whether it is there, and then some more of it: a test of what isn't there ends an execution. */
export function isThere(variable: string, ...tests: readonly Test[]): Test {
  const present: Test = { Variable: variable, IsPresent: true };
  return tests.length === 0 ? present : { And: [present, ...tests] };
}

export function isOneOf(variable: string, texts: readonly string[]): Test {
  return { Or: texts.map((text): Test => ({ Variable: variable, StringEquals: text })) };
}

export function matchesOneOf(variable: string, patterns: readonly string[]): Test {
  return { Or: patterns.map((pattern): Test => ({ Variable: variable, StringMatches: pattern })) };
}

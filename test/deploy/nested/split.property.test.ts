import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../shared/deploy/cloudformation/template.ts';
import { findReferences, replaceReferences, type Target } from '../../../shared/deploy/nested/references.ts';
import {
  type Nested,
  type Other,
  type Places,
  type Split,
  split,
  toOutputId,
  toPlacesWithoutCircles,
  type Whole,
} from '../../../shared/deploy/nested/split.ts';

/** A resource of the tests: which of those before it it refers to, how, and where it is wanted. */
type Drawn = {
  readonly refers: readonly { readonly to: number; readonly how: number }[];
  readonly waits: readonly number[];
  readonly place: number;
  readonly isOther: boolean;
};

const drawn: fc.Arbitrary<Drawn> = fc.record({
  refers: fc.array(fc.record({ to: fc.nat(), how: fc.nat(5) }), { maxLength: 3 }),
  waits: fc.array(fc.nat(), { maxLength: 2 }),
  place: fc.nat(4),
  isOther: fc.boolean(),
});

const hows = [
  (id: string) => ({ Ref: id }),
  (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] }),
  (id: string) => ({ 'Fn::GetAtt': `${id}.Outer.Inner` }),
  (id: string) => ({ 'Fn::Sub': `\${!Literal} \${AWS::Region} \${${id}} \${${id}.Arn}` }),
  (id: string) => ({ 'Fn::Sub': [`\${Own} \${${id}.Arn}`, { Own: { Ref: id } }] }),
  () => ({ 'Fn::Sub': `\${AWS::StackName}` }),
];

function toWhole(all: readonly Drawn[]): { readonly whole: Whole; readonly wanted: Places } {
  const resources: Record<string, Resource> = {};
  const others: Record<string, Other> = {};
  const wanted = new Map<string, string>();
  for (const [index, { refers, waits, place, isOther }] of all.entries()) {
    const idOf = (to: number) => `R${to % index}`;
    const values = index === 0 ? [] : refers.map(({ to, how }) => hows[how]?.(idOf(to)));
    const id = `R${index}`;
    const names = index === 0 ? [] : [...new Set(waits.map(idOf))].filter((other) => other in resources);
    const waiting = names.length > 0 && { DependsOn: names };
    if (isOther) {
      others[id] = { role: values, ...waiting };
      continue;
    }
    resources[id] = { Type: 'Test::A::B', Properties: { values }, ...waiting };
    if (place > 0) wanted.set(id, `Stack${place}`);
  }
  const outputs = Object.fromEntries(
    all.map((_, index) => [`Of${index}`, { Description: 'of one', Value: { Ref: `R${index}` } }]),
  );
  for (const [index, { place }] of all.entries())
    if (place > 1) wanted.set(toOutputId(`Of${index}`), `Stack${place - 1}`);
  return { whole: { resources, others, outputs }, wanted };
}

/** What a reference of some stack is about in the end, through parameters and outputs. */
function follow(target: Target, { nested }: Split, inside: Nested | undefined): Target {
  const parameter = inside?.parameters[target.id];
  if (inside !== undefined && parameter !== undefined) {
    const [passed, ...more] = findReferences(parameter);
    if (passed === undefined || more.length > 0) throw new Error('a parameter is one reference');
    return follow(passed, { nested } as Split, undefined);
  }
  const stack = nested[target.id];
  if (stack === undefined || !target.attribute?.startsWith('Outputs.')) return target;
  const [given] = findReferences(stack.template.Outputs[target.attribute.slice('Outputs.'.length)]);
  if (given === undefined) throw new Error(`${target.id} has no ${target.attribute}`);
  return given;
}

/** The data with every reference replaced by what it's about. */
function resolve(data: unknown, whole: Split, inside?: Nested): unknown {
  return replaceReferences(data, (target) => follow(target, whole, inside));
}

/** The same, so that an attribute in either notation is alike. */
const same = (data: unknown) => replaceReferences(data, (target) => target);

const withoutWaits = ({ DependsOn: _, ...rest }: Other) => rest;

const cases = fc.array(drawn, { minLength: 1, maxLength: 14 });

describe('split', () => {
  test('loses and doubles no resource, and each refers to what it referred to', () => {
    fc.assert(
      fc.property(cases, (all) => {
        const { whole, wanted } = toWhole(all);
        const places = toPlacesWithoutCircles(whole, wanted);
        const result = split(whole, places);
        const found: [string, unknown][] = [
          ...Object.entries(result.resources).map(([id, data]): [string, unknown] => [
            id,
            resolve(withoutWaits(data), result),
          ]),
          ...Object.values(result.nested).flatMap((nested) =>
            Object.entries(nested.template.Resources).map(([id, data]): [string, unknown] => [
              id,
              resolve(withoutWaits(data), result, nested),
            ]),
          ),
        ];
        const expected = Object.entries(whole.resources).map(([id, data]) => [id, same(withoutWaits(data))]);
        expect(found.toSorted()).toEqual(expected.toSorted());
        const said = (all: Whole['others']) =>
          Object.entries(all).map(([id, data]) => [id, withoutWaits(data)]);
        expect(resolve(said(result.others), result)).toEqual(same(said(whole.others)));
        const given = [
          ...Object.entries(result.outputs).map(([name, data]) => [name, resolve(data, result)]),
          ...Object.values(result.nested).flatMap((nested) =>
            Object.entries(nested.template.Outputs)
              .filter(([name]) => name in whole.outputs)
              .map(([name, data]) => [name, resolve(data, result, nested)]),
          ),
        ];
        expect(given.toSorted()).toEqual(Object.entries(same(whole.outputs) as object).toSorted());
      }),
    );
  });

  test('gives each nested stack what it names, and nothing else', () => {
    fc.assert(
      fc.property(cases, (all) => {
        const { whole, wanted } = toWhole(all);
        const result = split(whole, toPlacesWithoutCircles(whole, wanted));
        for (const { template, parameters } of Object.values(result.nested)) {
          const named = new Set(
            findReferences([template.Resources, template.Outputs])
              .map(({ id }) => id)
              .filter((id) => !id.startsWith('AWS::')),
          );
          const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters)]);
          expect([...named].filter((id) => !known.has(id))).toEqual([]);
          expect(Object.keys(template.Parameters).filter((id) => !named.has(id))).toEqual([]);
          expect(Object.keys(parameters)).toEqual(Object.keys(template.Parameters));
          const waits = Object.values(template.Resources).flatMap(({ DependsOn }) => DependsOn ?? []);
          expect(waits.filter((id) => !(id in template.Resources))).toEqual([]);
        }
      }),
    );
  });

  test('makes no circle, and what waited for something elsewhere still does', () => {
    fc.assert(
      fc.property(cases, (all) => {
        const { whole, wanted } = toWhole(all);
        const places = toPlacesWithoutCircles(whole, wanted);
        const result = split(whole, places);
        const needs = new Map<string, readonly string[]>([
          ...Object.entries({ ...result.others, ...result.resources }).map(
            ([id, data]): [string, readonly string[]] => [id, toNeeds(data)],
          ),
          ...Object.entries(result.nested).map(
            ([id, { parameters, dependsOn }]): [string, readonly string[]] => [
              id,
              [...toNeeds(parameters), ...dependsOn],
            ],
          ),
        ]);
        const reached = (from: string, seen = new Set<string>()): ReadonlySet<string> => {
          for (const id of needs.get(from) ?? [])
            if (!seen.has(id)) {
              seen.add(id);
              reached(id, seen);
            }
          return seen;
        };
        for (const id of needs.keys()) expect(reached(id).has(id), `${id} needs itself`).toBe(false);
        const placeOf = (id: string) => places.get(id) ?? id;
        for (const [id, { DependsOn = [] }] of Object.entries(whole.resources))
          for (const other of [DependsOn].flat())
            if (placeOf(other) !== placeOf(id)) expect(reached(placeOf(id))).toContain(placeOf(other));
      }),
    );
  });
});

function toNeeds(data: unknown): readonly string[] {
  const waits = (data as Resource).DependsOn ?? [];
  return [...findReferences(data).map(({ id }) => id), ...[waits].flat()];
}

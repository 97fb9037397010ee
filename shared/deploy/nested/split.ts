import { createHash } from 'node:crypto';
import type { Resource, Resources } from '../cloudformation/template.ts';
import { getAtt, type Value } from '../cloudformation/value.ts';
import { findReferences, replaceReferences, type Target } from './references.ts';

/** Of a resource that others make a template of, what concerns its neighbours. */
export type Other = Pick<Resource, 'DependsOn'> & Readonly<Record<string, unknown>>;

/** What is deployed as one stack: resources, and what refers to them. */
export type Whole = {
  readonly resources: Resources;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Resources of the root that others make a template of, by their ids there; they refer to `resources` as well. */
  readonly others: Readonly<Record<string, Other>>;
};

/** A template of a nested stack. */
export type NestedTemplate = {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Parameters: Readonly<Record<string, { readonly Type: 'String' }>>;
  readonly Resources: Resources;
  readonly Outputs: Readonly<Record<string, unknown>>;
};

export type Nested = {
  readonly template: NestedTemplate;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
};

export type Split = Whole & { readonly nested: Readonly<Record<string, Nested>> };

/**
 * By the id of a resource, the id of the nested stack that it is in; those of the root are left out. Outputs have
 * places as well, by `toOutputId`.
 */
export type Places = ReadonlyMap<string, string>;

/** No resource has such an id. */
export function toOutputId(name: string): string {
  return `Outputs.${name}`;
}

/** Those of the nested stack are others than those of its root. */
const ofTheRoot = new Set(['AWS::StackName', 'AWS::StackId']);

/**
 * Moves resources into nested stacks. What they refer to elsewhere they get as a parameter, and what is referred to
 * from elsewhere is an output. Nested stacks must not need each other in circles, nor the root's resources what needs
 * them: see `toPlacesWithoutCircles`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
 */
export function split({ resources, outputs, others }: Whole, places: Places): Split {
  const exported = new Map<string, Map<string, Target>>();
  const used = new Map<string, Map<string, Target>>();

  /** How the root says it. */
  const inRoot = (target: Target): Target | undefined => {
    const place = places.get(target.id);
    if (place === undefined) return undefined;
    const name = toName(target);
    add(exported, place, name, target);
    return { id: place, attribute: `Outputs.${name}` };
  };

  /** How a nested stack says it. */
  const inStack = (stack: string) => (target: Target) => {
    if (target.id.startsWith('AWS::') && !ofTheRoot.has(target.id)) return undefined;
    if (places.get(target.id) === stack) return undefined;
    const name = toName(target);
    add(used, stack, name, target);
    return { id: name };
  };

  const stacks = [...new Set(places.values())].toSorted();
  const inside = new Map(
    stacks.map((stack) => {
      const own = Object.entries(resources).filter(([id]) => places.get(id) === stack);
      const moved = own.map(([id, resource]) => [id, toMoved(resource, stack)] as const);
      return [stack, Object.fromEntries(moved)];
    }),
  );
  const given = new Map(
    stacks.map((stack) => {
      const own = Object.entries(outputs).filter(([name]) => places.get(toOutputId(name)) === stack);
      return [stack, replaceReferences(Object.fromEntries(own), inStack(stack)) as Whole['outputs']];
    }),
  );
  const parameters = new Map(
    stacks.map((stack) => [
      stack,
      mapValues(used.get(stack), (target) => toFunction(inRoot(target) ?? target)),
    ]),
  );
  const rewrite = <T>(data: T) => replaceReferences(data, inRoot) as T;
  const root = Object.entries(resources)
    .filter(([id]) => !places.has(id))
    .map(([id, resource]) => [id, toStaying(resource)] as const);
  const staying = Object.entries(outputs).filter(([name]) => !places.has(toOutputId(name)));
  const result = {
    resources: Object.fromEntries(root),
    outputs: rewrite(Object.fromEntries(staying)),
    others: Object.fromEntries(Object.entries(others).map(([id, other]) => [id, toStaying(other)])),
  };

  const nested = stacks.map((stack): readonly [string, Nested] => [
    stack,
    {
      template: {
        AWSTemplateFormatVersion: '2010-09-09',
        Parameters: mapValues(used.get(stack), () => ({ Type: 'String' })),
        Resources: inside.get(stack) ?? {},
        Outputs: {
          ...given.get(stack),
          ...mapValues(exported.get(stack), (target) => ({ Value: toFunction(target) })),
        },
      },
      parameters: parameters.get(stack) ?? {},
      dependsOn: toDependencies(stack),
    },
  ]);
  return { ...result, nested: Object.fromEntries(nested) };

  function toMoved(resource: Resource, stack: string): Resource {
    const here = listOf(resource.DependsOn).filter((id) => places.get(id) === stack);
    const { DependsOn: _, ...rest } = resource;
    const moved = replaceReferences(rest, inStack(stack)) as Resource;
    return here.length === 0 ? moved : { ...moved, DependsOn: here };
  }

  function toStaying<T extends Other>(resource: T): T {
    const { DependsOn, ...rest } = resource;
    const staying = rewrite(rest) as T;
    if (DependsOn === undefined) return staying;
    return { ...staying, DependsOn: different(listOf(DependsOn).map((id) => places.get(id) ?? id)) };
  }

  /** What its resources wait for elsewhere, the whole stack does. */
  function toDependencies(stack: string): readonly string[] {
    const own = Object.entries(resources).filter(([id]) => places.get(id) === stack);
    const needed = own.flatMap(([, { DependsOn }]) => listOf(DependsOn));
    return different(needed.map((id) => places.get(id) ?? id)).filter((id) => id !== stack);
  }
}

/**
 * The places without those that would have a nested stack need something that needs the stack itself: such resources
 * stay in the root.
 */
export function toPlacesWithoutCircles({ resources, outputs, others }: Whole, wanted: Places): Places {
  const places = new Map(wanted);
  const needs = new Map<string, ReadonlySet<string>>(
    [
      ...Object.entries(others),
      ...Object.entries(resources),
      ...Object.entries(outputs).map(([name, data]) => [toOutputId(name), data] as const),
    ].map(([id, data]) => [id, toNeeds(data)]),
  );
  const placeOf = (id: string) => places.get(id) ?? id;
  for (const stack of new Set(wanted.values())) {
    const reaching = () => {
      const graph = Map.groupBy(needs.keys(), placeOf);
      return toReaching(graph, stack);
    };
    for (let before = -1; before !== places.size; ) {
      before = places.size;
      const circular = reaching();
      for (const [id, place] of [...places])
        if (place === stack && [...(needs.get(id) ?? [])].some((other) => circular.has(placeOf(other))))
          places.delete(id);
    }
  }
  return places;

  /** Everything else, resources and stacks, that needs `stack` in the end. */
  function toReaching(graph: ReadonlyMap<string, readonly string[]>, stack: string): ReadonlySet<string> {
    const neededBy = new Map<string, string[]>();
    for (const [place, members] of graph)
      for (const other of members.flatMap((id) => [...(needs.get(id) ?? [])]))
        neededBy.set(placeOf(other), [...(neededBy.get(placeOf(other)) ?? []), place]);
    const found = new Set<string>();
    const open = [stack];
    for (let place = open.pop(); place !== undefined; place = open.pop())
      for (const other of neededBy.get(place) ?? [])
        if (other !== stack && !found.has(other)) {
          found.add(other);
          open.push(other);
        }
    return found;
  }
}

function toNeeds(data: unknown): ReadonlySet<string> {
  const waits = listOf((data as Resource).DependsOn);
  return new Set([...findReferences(data).map(({ id }) => id), ...waits]);
}

/** Of a parameter or an output; no resource has such an id. */
function toName({ id, attribute }: Target): string {
  const hash = createHash('sha256')
    .update(`${id} ${attribute ?? ''}`)
    .digest('hex')
    .slice(0, 8);
  const words = `${id}${attribute ?? ''}`.replaceAll(/[^A-Za-z0-9]/g, '');
  return `${words.slice(0, 200)}${hash}`;
}

function toFunction({ id, attribute }: Target): Value {
  return attribute === undefined ? { Ref: id } : getAtt(id, attribute);
}

function add(map: Map<string, Map<string, Target>>, key: string, name: string, target: Target): void {
  const targets = map.get(key) ?? new Map<string, Target>();
  map.set(key, targets.set(name, target));
}

function mapValues<T, U>(
  map: ReadonlyMap<string, T> | undefined,
  change: (value: T) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries([...(map ?? [])].map(([name, value]) => [name, change(value)]));
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

function different(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

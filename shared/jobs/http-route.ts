/**
 * The routes of one HTTP API, matched as API Gateway matches them: a route of the same shape before a greedy
 * one (`/files/{path+}`), and `$default` last; literal segments before parameters, a method of its own before
 * `ANY`. API Gateway decodes the path first, so `%2F` separates segments too. `/pets/` is not `/pets`.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export type RouteMatcher<T> = {
  /** `path` is as the client sent it, percent-encoded, without the query. */
  match(method: string, path: string): RouteMatch<T> | undefined;
  /** The methods of the routes that take this path, for the Allow header of a 405. */
  allowed(path: string): string[];
};

export type RouteMatch<T> = {
  readonly value: T;
  readonly routeKey: string;
  /** Decoded. */
  readonly pathParameters: Record<string, string>;
};

/** A path that API Gateway wouldn't take as a route, or two routes that take the same requests. */
export class RouteError extends Error {
  override readonly name = 'RouteError';
}

/** `POST /thumbnails/{id}`, or `$default`. The method `*` is written `ANY`, as API Gateway does. */
export function routeKeyOf(method: string, path: string): string {
  return path === '$default' ? path : `${methodOf(method)} ${path}`;
}

/** Throws RouteError. */
export function createRouteMatcher<T>(
  routes: readonly { readonly method: string; readonly path: string; readonly value: T }[],
): RouteMatcher<T> {
  const root = createNode<T>();
  let fallback: Leaf<T> | undefined;
  for (const { method, path, value } of routes) {
    const routeKey = routeKeyOf(method, path);
    if (path === '$default') {
      if (fallback !== undefined) throw new RouteError('two routes are $default, expected at most one');
      fallback = { value, routeKey, names: [] };
      continue;
    }
    const { segments, greedy } = parseRoutePath(path);
    let node = root;
    const names: string[] = [];
    for (const segment of segments) {
      if ('parameter' in segment) {
        names.push(segment.parameter);
        node.parameter ??= createNode();
        node = node.parameter;
      } else {
        const next = node.literals.get(segment.literal) ?? createNode<T>();
        node.literals.set(segment.literal, next);
        node = next;
      }
    }
    if (greedy !== undefined) names.push(greedy);
    const leaves = greedy === undefined ? node.leaves : node.greedyLeaves;
    const taken = leaves.get(methodOf(method));
    if (taken !== undefined) {
      throw new RouteError(`routes ${taken.routeKey} and ${routeKey} take the same requests`);
    }
    leaves.set(methodOf(method), { value, routeKey, names });
  }

  return {
    match(method, path) {
      const segments = segmentsOf(path);
      const found =
        find(root, segments, 0, [], method, 'whole') ?? find(root, segments, 0, [], method, 'greedy');
      if (found !== undefined) return toMatch(found.leaf, found.values);
      return fallback && toMatch(fallback, []);
    },
    allowed(path) {
      const methods = new Set<string>();
      collectMethods(root, segmentsOf(path), 0, methods);
      return [...methods].sort();
    },
  };
}

type Segment = { readonly literal: string } | { readonly parameter: string };

/** `/files/{owner}/{path+}`: what each segment is, and the name of a greedy last one. Throws RouteError. */
export function parseRoutePath(path: string): {
  readonly segments: readonly Segment[];
  readonly greedy?: string;
} {
  const problem = (expected: string) =>
    new RouteError(`route path ${JSON.stringify(path)}: expected ${expected}`);
  if (!path.startsWith('/')) throw problem('a path that starts with "/", or $default');
  const texts = path.slice(1).split('/');
  const names = new Set<string>();
  const segments: Segment[] = [];
  for (const [at, text] of texts.entries()) {
    const [, name, plus] = /^\{([A-Za-z0-9._:-]+)(\+?)\}$/.exec(text) ?? [];
    if (name === undefined) {
      if (/[{}?#]/.test(text)) throw problem('segments such as pets, {id} or a last {path+}');
      segments.push({ literal: text });
      continue;
    }
    if (names.has(name)) throw problem(`one parameter with the name ${name}`);
    names.add(name);
    if (plus === '+') {
      if (at !== texts.length - 1) throw problem(`{${name}+} to be the last segment`);
      return { segments, greedy: name };
    }
    segments.push({ parameter: name });
  }
  return { segments };
}

/** `/a/{x}` and `/a/{y}` have one shape, `/a/{}`. What is no path of a route is its own shape. */
export function toRouteShape(path: string): string {
  if (!path.startsWith('/')) return path;
  try {
    const { segments, greedy } = parseRoutePath(path);
    const texts = segments.map((segment) => ('parameter' in segment ? '{}' : segment.literal));
    return `/${[...texts, ...(greedy === undefined ? [] : ['{+}'])].join('/')}`;
  } catch (error) {
    if (error instanceof RouteError) return path;
    throw error;
  }
}

/** The path as API Gateway hands it on: percent-decoded, what can't be decoded left as it is. */
export function decodePath(path: string): string {
  return path.replace(/(?:%[0-9A-Fa-f]{2})+/g, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

type Leaf<T> = { readonly value: T; readonly routeKey: string; readonly names: readonly string[] };

/** Leaves are by method. Every path has one node for each of its segments, so a search visits a node once. */
type Node<T> = {
  readonly literals: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  readonly leaves: Map<string, Leaf<T>>;
  readonly greedyLeaves: Map<string, Leaf<T>>;
};

function createNode<T>(): Node<T> {
  return { literals: new Map(), parameter: undefined, leaves: new Map(), greedyLeaves: new Map() };
}

function methodOf(method: string): string {
  return method === '*' ? 'ANY' : method.toUpperCase();
}

function segmentsOf(path: string): string[] {
  return decodePath(path).replace(/^\//, '').split('/');
}

type Found<T> = { readonly leaf: Leaf<T>; readonly values: readonly string[] };

/** Looks below a node for the segments from `at` on; `values` are those of the parameters before them. */
function find<T>(
  node: Node<T>,
  segments: readonly string[],
  at: number,
  values: readonly string[],
  method: string,
  kind: 'whole' | 'greedy',
): Found<T> | undefined {
  const segment = segments[at];
  if (segment === undefined) return kind === 'whole' ? ownOrAny(node.leaves, method, values) : undefined;
  const literal = node.literals.get(segment);
  const found =
    (literal && find(literal, segments, at + 1, values, method, kind)) ??
    (node.parameter && segment !== ''
      ? find(node.parameter, segments, at + 1, [...values, segment], method, kind)
      : undefined);
  if (found !== undefined || kind === 'whole' || node.greedyLeaves.size === 0) return found;
  const rest = segments.slice(at).join('/');
  return rest === '' ? undefined : ownOrAny(node.greedyLeaves, method, [...values, rest]);
}

function ownOrAny<T>(
  leaves: ReadonlyMap<string, Leaf<T>>,
  method: string,
  values: readonly string[],
): Found<T> | undefined {
  const leaf = leaves.get(method.toUpperCase()) ?? leaves.get('ANY');
  return leaf && { leaf, values };
}

function collectMethods<T>(
  node: Node<T>,
  segments: readonly string[],
  at: number,
  methods: Set<string>,
): void {
  const segment = segments[at];
  if (segment === undefined) {
    for (const method of node.leaves.keys()) methods.add(method);
    return;
  }
  if (at < segments.length - 1 || segment !== '') {
    for (const method of node.greedyLeaves.keys()) methods.add(method);
  }
  const literal = node.literals.get(segment);
  if (literal) collectMethods(literal, segments, at + 1, methods);
  if (segment !== '' && node.parameter) collectMethods(node.parameter, segments, at + 1, methods);
}

function toMatch<T>({ value, routeKey, names }: Leaf<T>, values: readonly string[]): RouteMatch<T> {
  const pathParameters = Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
  return { value, routeKey, pathParameters };
}

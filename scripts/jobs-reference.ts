/** Writes docs/jobs.md, the reference of jobs.yml, from the schema that the file is checked with. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toJobsJsonSchema } from '../shared/jobs/json-schema.ts';

/** What of a JSON Schema the reference shows. */
type Node = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly allOf?: readonly Node[];
  readonly $ref?: string;
};

export function toReference(): string {
  const file: Node = toJobsJsonSchema();
  const jobs = file.properties?.['jobs'];
  const job = typeof jobs?.additionalProperties === 'object' ? jobs.additionalProperties : {};
  const events = job.properties?.['events']?.items?.oneOf ?? [];
  return [
    '# jobs.yml',
    'Every property, made from the schema by `node --run docs`. What is required is bold. Times are in seconds, memory in MiB, storage in GiB. A [reference](references.md) is what only CloudFormation knows, such as `!GetAtt Orders.Arn`. Unknown properties are mistakes; `signalbox validate` also checks what fits together, such as the memory that goes with a number of vCPUs.',
    '## The file',
    toTable(file, ['jobs']),
    '## A job',
    'Under `jobs`, by name: 1 to 40 of a-z, 0-9 and "-".',
    toTable(job, ['events']),
    '## Events',
    "Each entry of a job's `events` has a `type` and, save for `manual`, `properties`. [events.md](events.md) says what each of them gives a job, and which events its properties take.",
    ...events.flatMap((event) => [`### ${String(event.properties?.['type']?.const)}`, toEventTable(event)]),
    '',
  ].join('\n\n');
}

function toEventTable(event: Node): string {
  const properties = event.properties?.['properties'];
  return properties?.properties && Object.keys(properties.properties).length > 0
    ? toTable(properties, [])
    : 'No properties.';
}

function toTable(parent: Node, without: readonly string[]): string {
  const rows = toRows(parent, '').filter(({ name }) => !without.includes(name.replaceAll(/[*`]/g, '')));
  return [
    '| Property | Value | Default | Meaning |',
    '|---|---|---|---|',
    ...rows.map(({ name, value, standard, meaning }) => `| ${name} | ${value} | ${standard} | ${meaning} |`),
  ].join('\n');
}

type Row = {
  readonly name: string;
  readonly value: string;
  readonly standard: string;
  readonly meaning: string;
};

/** The properties of an object and of the objects in it, with dotted names. */
function toRows(parent: Node, prefix: string): Row[] {
  return Object.entries(parent.properties ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const name = parent.required?.includes(key) ? `**\`${path}\`**` : `\`${path}\``;
    const standard =
      child.default === undefined || typeof child.default === 'object' ? '' : `\`${String(child.default)}\``;
    const row = { name, value: toValue(child), standard, meaning: toCell(child.description ?? '') };
    if (path === 'events' || path === 'jobs') return [row];
    return [
      row,
      ...toRows(child, `${path}.`),
      ...toRows(child.items ?? {}, `${path}[].`),
      ...toChoices(child, path),
      ...toNamed(child, path),
    ];
  });
}

/** An object of several kinds: the properties of each, and every value that one of them may have. */
function toChoices(child: Node, path: string): Row[] {
  const rows = (child.oneOf ?? child.anyOf ?? []).flatMap((choice) => toRows(choice, `${path}.`));
  return [...Map.groupBy(rows, ({ name }) => name).values()].flatMap((same) => {
    const [first] = same;
    const join = (of: 'value' | 'meaning') =>
      [...new Set(same.map((row) => row[of]))].join(of === 'value' ? ', ' : ' ');
    return first ? [{ ...first, value: join('value'), meaning: join('meaning') }] : [];
  });
}

function toNamed(child: Node, path: string): Row[] {
  return typeof child.additionalProperties === 'object'
    ? toRows(child.additionalProperties, `${path}.<name>.`)
    : [];
}

function toValue(child: Node): string {
  if (child.enum) return child.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (child.const !== undefined) return `\`${String(child.const)}\``;
  if (isReference(child)) return '[reference](references.md)';
  const kinds = child.oneOf ?? child.anyOf;
  if (kinds) {
    const values = kinds.toSorted((one, other) => Number(isReference(one)) - Number(isReference(other)));
    return [...new Set(values.map(toValue))].join(' or ');
  }
  if (child.type === 'array') return `list of ${toValue(child.items ?? {})}`;
  if (child.type === 'object') return 'mapping';
  const types = [child.type ?? 'any'].flat();
  return types
    .map((type) => (type === 'string' ? 'text' : type === 'boolean' ? 'true, false' : type))
    .join(', ');
}

/** To what only CloudFormation knows: the one thing that the schema defines apart. */
function isReference({ $ref, allOf = [] }: Node): boolean {
  return $ref !== undefined || allOf.some(isReference);
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../docs/jobs.md', import.meta.url)), toReference());
}

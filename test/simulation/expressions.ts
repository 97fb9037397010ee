import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../shared/ledgers/dynamodb/store.ts';

/**
 * DynamoDB's expressions, as far as the ledger uses them. Whatever else is met is an error, and so is a value that no
 * expression mentions, as in DynamoDB.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export type Test = (item: Item, values: Item) => boolean;
export type Change = (item: Item, values: Item) => Item;

type Operand = (item: Item, values: Item) => AttributeValue | undefined;

const tests = new Map<string, Test>();
const changes = new Map<string, Change>();

export function toTest(text: string): Test {
  const known = tests.get(text);
  if (known) return known;
  const reader = createReader(text);
  const test = readOr(reader);
  reader.end();
  tests.set(text, test);
  return test;
}

/** `SET a = :a, b = :b REMOVE c, d ADD e :one`. */
export function toChange(text: string): Change {
  const known = changes.get(text);
  if (known) return known;
  const reader = createReader(text);
  const steps: ((item: Record<string, AttributeValue>, values: Item) => void)[] = [];
  while (!reader.isAtEnd()) {
    const clause = reader.take();
    do {
      const name = reader.name();
      if (clause === 'REMOVE') {
        steps.push((item) => void delete item[name]);
        continue;
      }
      if (clause === 'SET') reader.expect('=');
      else if (clause !== 'ADD') throw reader.refuse();
      const operand = readOperand(reader);
      steps.push((item, values) => {
        const value = operand(item, values);
        if (value === undefined) throw reader.refuse();
        item[name] = clause === 'ADD' ? add(item[name], value) : value;
      });
    } while (reader.takeIf(','));
  }
  const change: Change = (item, values) => {
    const changed = { ...item };
    for (const step of steps) step(changed, values);
    return changed;
  };
  changes.set(text, change);
  return change;
}

/** DynamoDB refuses a request whose values are not all used, or that uses others. */
export function checkValues(text: string, values: Item = {}): void {
  const used = valuesIn(text);
  const given = Object.keys(values);
  if (given.length !== used.size || given.some((name) => !used.has(name)))
    throw new Error(`the values ${given.join(' ')} are not those of "${text}"`);
}

const mentioned = new Map<string, ReadonlySet<string>>();

function valuesIn(text: string): ReadonlySet<string> {
  const known = mentioned.get(text);
  if (known) return known;
  const values = new Set(text.match(/:[A-Za-z0-9_]+/g) ?? []);
  mentioned.set(text, values);
  return values;
}

function add(old: AttributeValue | undefined, by: AttributeValue): AttributeValue {
  if (by.N === undefined) throw new Error('only numbers are added');
  return { N: String(Number(old?.N ?? 0) + Number(by.N)) };
}

/** -1, 0 or 1; undefined for values that can't be compared. */
function compare(one: AttributeValue | undefined, other: AttributeValue | undefined): number | undefined {
  if (one?.N !== undefined && other?.N !== undefined) return Math.sign(Number(one.N) - Number(other.N));
  if (one?.S === undefined || other?.S === undefined) return undefined;
  return one.S < other.S ? -1 : one.S > other.S ? 1 : 0;
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

type Reader = ReturnType<typeof createReader>;

function readOr(reader: Reader): Test {
  const parts = [readAnd(reader)];
  while (reader.takeIf('OR')) parts.push(readAnd(reader));
  return (item, values) => parts.some((part) => part(item, values));
}

function readAnd(reader: Reader): Test {
  const parts = [readOne(reader)];
  while (reader.takeIf('AND')) parts.push(readOne(reader));
  return (item, values) => parts.every((part) => part(item, values));
}

function readOne(reader: Reader): Test {
  if (reader.takeIf('(')) {
    const inner = readOr(reader);
    reader.expect(')');
    return inner;
  }
  for (const [name, isWanted] of [
    ['attribute_exists', true],
    ['attribute_not_exists', false],
  ] as const) {
    if (!reader.takeIf(name)) continue;
    reader.expect('(');
    const attribute = reader.name();
    reader.expect(')');
    return (item) => (item[attribute] !== undefined) === isWanted;
  }
  if (reader.takeIf('begins_with')) {
    reader.expect('(');
    const whole = readOperand(reader);
    reader.expect(',');
    const start = readOperand(reader);
    reader.expect(')');
    return (item, values) => whole(item, values)?.S?.startsWith(start(item, values)?.S ?? '') ?? false;
  }
  const left = readOperand(reader);
  if (reader.takeIf('BETWEEN')) {
    const low = readOperand(reader);
    reader.expect('AND');
    const high = readOperand(reader);
    return (item, values) => {
      const value = left(item, values);
      return (compare(value, low(item, values)) ?? -1) >= 0 && (compare(value, high(item, values)) ?? 1) <= 0;
    };
  }
  const judge = comparisons[reader.take()];
  if (judge === undefined) throw reader.refuse();
  const right = readOperand(reader);
  return (item, values) => {
    const order = compare(left(item, values), right(item, values));
    return order !== undefined && judge(order);
  };
}

function readOperand(reader: Reader): Operand {
  const name = reader.take();
  if (name.startsWith(':')) return (_, values) => values[name];
  if (!/^[A-Za-z_]\w*$/.test(name)) throw reader.refuse();
  return (item) => item[name];
}

function createReader(text: string) {
  const words = text.match(/:?[A-Za-z_]\w*|<=|>=|<>|[<>=(),]|\S/g) ?? [];
  let place = 0;
  const refuse = () => new Error(`the simulation doesn't know the expression "${text}" at word ${place}`);
  const reader = {
    refuse,
    isAtEnd: () => place >= words.length,
    take: (): string => words[place++] ?? '',
    takeIf(word: string): boolean {
      if (words[place] !== word) return false;
      place++;
      return true;
    },
    expect(word: string): void {
      if (!reader.takeIf(word)) throw refuse();
    },
    name(): string {
      const word = reader.take();
      if (!/^[A-Za-z_]\w*$/.test(word)) throw refuse();
      return word;
    },
    end(): void {
      if (!reader.isAtEnd()) throw refuse();
    },
  };
  return reader;
}

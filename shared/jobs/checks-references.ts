import { z } from 'zod';
import { has } from './checks.ts';
import { isRecord } from './document.ts';
import { isIntrinsic, referenceFunctions } from './intrinsic.ts';
import { findInSub, findMistake, type Known, pseudoParameters } from './intrinsic-mistake.ts';
import { atValue, type Mistake, type Path, suggestion, toChoice, toShown } from './mistake.ts';
import { mayRefer } from './reference-places.ts';
import { isResolved } from './schema/reference.ts';

/** Every reference of jobs.yml leads somewhere, and is one that can be made where it stands. */
export function checkReferences(raw: unknown): readonly Mistake[] {
  if (!isRecord(raw)) return [];
  const { resources } = raw;
  const own = isRecord(resources) ? resources : {};
  const ids = Object.keys(own);
  return [
    ...findInJobs(raw, [], own),
    ...Object.entries(own).flatMap(([id, resource]) => [
      ...findInResource(resource, ['resources', id], {
        ids,
        pseudoParameters: [...pseudoParameters, 'AWS::NoValue', 'AWS::NotificationARNs'],
      }),
      ...findMissingDependencies(resource, ['resources', id, 'DependsOn'], ids),
    ]),
  ];
}

function findInJobs(raw: unknown, path: Path, own: Readonly<Record<string, unknown>>): readonly Mistake[] {
  if (path.length > 0 && !mayRefer(path)) return [];
  if (typeof raw === 'string') return findInText(raw, path);
  if (isIntrinsic(raw)) return findInReference(raw, path, own);
  return partsOf(raw).flatMap(([name, part]) => findInJobs(part, [...path, name], own));
}

function findInReference(
  intrinsic: Readonly<Record<string, unknown>>,
  path: Path,
  own: Readonly<Record<string, unknown>>,
): readonly Mistake[] {
  const name = Object.keys(intrinsic).join();
  if (!referenceFunctions.some((known) => known === name))
    return [atValue(path, `found ${name}, expected ${toChoice(referenceFunctions)}`)];
  const mistake =
    findInResolving(intrinsic['Fn::Sub'], path) ??
    findMistake(intrinsic, { ids: Object.keys(own), pseudoParameters }) ??
    findNoArn(intrinsic, path, own);
  return mistake === undefined ? [] : [atValue(path, mistake)];
}

const notTaken =
  'found a dynamic reference that jobs.yml does not take, expected {{resolve:ssm:/name}} as the whole text; a secret belongs into "secrets"';

/** CloudFormation would look for the value in any text, and write a secret's into the template's resource. */
function findInText(text: string, path: Path): readonly Mistake[] {
  if (!text.includes('{{resolve:')) return [];
  const mistake = isResolved(text) ? findInResolving(text, path) : notTaken;
  return mistake === undefined ? [] : [atValue(path, mistake)];
}

/** Of which a stack needs parts, such as a name: CloudFormation takes parts before it looks up a parameter. */
const dividedNames = [
  'clusterArn',
  'jobDefinitionArn',
  'jobQueueArn',
  'logGroupArn',
  'stateMachineArn',
  'taskDefinitionArn',
  'userPoolArn',
];

function findInResolving(text: unknown, path: Path): string | undefined {
  if (typeof text !== 'string' || !text.includes('{{resolve:')) return undefined;
  if (/\{\{resolve:(?!ssm:)/.test(text)) return notTaken;
  return dividedNames.includes(String(path.at(-1)))
    ? 'found a parameter of Systems Manager, of whose value CloudFormation can give no part; expected an ARN or another reference'
    : undefined;
}

/**
 * The attribute with the ARN, of those whose Ref is a name or a URL.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const arnAttributes: ReadonlyMap<unknown, string> = new Map([
  ['AWS::Cognito::UserPool', 'Arn'],
  ['AWS::DynamoDB::Table', 'StreamArn'],
  ['AWS::ECS::Cluster', 'Arn'],
  ['AWS::Events::EventBus', 'Arn'],
  ['AWS::IAM::Role', 'Arn'],
  ['AWS::Kinesis::Stream', 'Arn'],
  ['AWS::Lambda::Function', 'Arn'],
  ['AWS::Logs::LogGroup', 'Arn'],
  ['AWS::S3::Bucket', 'Arn'],
  ['AWS::SQS::Queue', 'Arn'],
]);

function findNoArn(
  { Ref: id }: Readonly<Record<string, unknown>>,
  path: Path,
  own: Readonly<Record<string, unknown>>,
): string | undefined {
  const resource = typeof id === 'string' && Object.hasOwn(own, id) ? own[id] : undefined;
  if (!/(?:^a|A)rn$/.test(String(path.at(-1))) || !has(resource, 'Type')) return undefined;
  const attribute = arnAttributes.get(resource.Type);
  return attribute === undefined
    ? undefined
    : `found the Ref of an ${resource.Type}, which is no ARN; expected !GetAtt ${id}.${attribute}`;
}

const subWithValues = z.tuple([z.string(), z.record(z.string(), z.unknown())]);

/** Functions of others than Ref, GetAtt, Sub and those that need another section of the template are CloudFormation's. */
function findInResource(raw: unknown, path: Path, known: Known): readonly Mistake[] {
  const inParts = partsOf(raw).flatMap(([name, part]) => findInResource(part, [...path, name], known));
  if (!isIntrinsic(raw)) return inParts;
  const mistake = findInIntrinsic(raw, known);
  return mistake === undefined ? inParts : [atValue(path, mistake), ...inParts];
}

function findInIntrinsic(intrinsic: Readonly<Record<string, unknown>>, known: Known): string | undefined {
  if (has(intrinsic, 'Fn::If')) return 'found Fn::If, but the stack has no Conditions; expected a value';
  if (has(intrinsic, 'Fn::FindInMap'))
    return 'found Fn::FindInMap, but the stack has no Mappings; expected a value';
  // The name of an export may be put together in any way.
  if (has(intrinsic, 'Fn::ImportValue')) return undefined;
  const { success, data } = subWithValues.safeParse(intrinsic['Fn::Sub']);
  return success ? findInSub(data[0], Object.keys(data[1]), known) : findMistake(intrinsic, known);
}

function findMissingDependencies(raw: unknown, path: Path, ids: readonly string[]): readonly Mistake[] {
  const { DependsOn: given } = isRecord(raw) ? raw : {};
  return [given].flat().flatMap((id, index) => {
    if (typeof id !== 'string' || ids.includes(id)) return [];
    const near = suggestion(id, ids) || `, expected one of ${ids.join(', ')}`;
    const at = Array.isArray(given) ? [...path, index] : path;
    return [atValue(at, `found ${toShown(id)}, which "resources" does not have${near}`)];
  });
}

function partsOf(raw: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(raw)) return [...raw.entries()];
  return isRecord(raw) ? Object.entries(raw) : [];
}

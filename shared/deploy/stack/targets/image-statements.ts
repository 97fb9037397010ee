import type { Statement } from '../../cloudformation/statement.ts';
import { arnOf, getAtt, sub, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { splitTemplate, toTemplateText } from './template-text.ts';

/**
 * What pulling images takes: nothing for those of public registries, and for those of ECR their repositories.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
 */
export function toImageStatements(images: readonly string[]): readonly Statement[] {
  const repositories = images.map(toRepositoryArn).filter((arn) => arn !== undefined);
  if (repositories.length === 0) return [];
  return [
    {
      actions: ['ecr:GetAuthorizationToken'],
      anyResource: 'ECR knows no resource for it: the token is for all that the role may pull',
    },
    {
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: repositories,
    },
  ];
}

/** Account and Region; each may be `${…}`. https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
const registry =
  /^(\d{12}|\$\{[^}]+\})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+|\$\{[^}]+\})\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn)|\$\{AWS::URLSuffix\})$/;

/** Of this account and Region: which one it is, nobody knows before the stack is there. */
const anyRepository = arnOf('ecr', 'repository/*');

/** Of an image in ECR; undefined for any other. */
function toRepositoryArn(image: string): Value | undefined {
  const template = toTemplateText(image);
  if (template === undefined) return toOwnRepository(toValue(image)) ?? anyRepository;
  const own = /^\$\{([A-Za-z0-9]+)\.RepositoryUri\}/.exec(template)?.[1];
  if (own !== undefined) return getAtt(own, 'Arn');
  const [host = '', ...path] = splitTemplate(template, '/');
  const [, account, region] = registry.exec(host) ?? [];
  if (account === undefined) return host.includes('${') ? anyRepository : undefined;
  const [name = ''] = splitTemplate(path.join('/').replace(/@.*$/, ''), ':');
  return sub(`arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${name}`);
}

/** `!GetAtt Images.RepositoryUri` */
function toOwnRepository(image: Value): Value | undefined {
  const at = typeof image === 'string' ? undefined : image['Fn::GetAtt'];
  const [id, attribute]: unknown[] = Array.isArray(at) ? at : [];
  return typeof id === 'string' && attribute === 'RepositoryUri' ? getAtt(id, 'Arn') : undefined;
}

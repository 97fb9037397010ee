/** What a build's ARN says: `arn:aws:codebuild:<region>:<account>:build/<project>:<uuid>`. */
export type BuildArn = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly project: string;
  readonly uuid: string;
};

const shape = /^arn:([\w-]{1,32}):codebuild:([\w-]{1,32}):(\d{12}):build\/([\w-]{1,255}):([\w-]{1,64})$/;

/** Undefined for a text that is no build's ARN. */
export function parseBuildArn(text: unknown): BuildArn | undefined {
  const [, partition, region, account, project, uuid] =
    typeof text === 'string' ? (shape.exec(text) ?? []) : [];
  if (
    partition === undefined ||
    region === undefined ||
    account === undefined ||
    project === undefined ||
    uuid === undefined
  ) {
    return undefined;
  }
  return { partition, region, account, project, uuid };
}

/** What CodeBuild's calls name a build by: `<project>:<uuid>`. */
export function toBuildId({ project, uuid }: BuildArn): string {
  return `${project}:${uuid}`;
}

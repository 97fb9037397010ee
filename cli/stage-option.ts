import { type Command, InvalidArgumentError } from 'commander';
import type { AwsPlace } from '../shared/deploy/connect.ts';
import { stageName } from '../shared/deploy/names.ts';

/** Which stage a command is about, and where it is. */
export type StageOptions = AwsPlace & { readonly stage: string };

/** The options of StageOptions. */
export function addStage(command: Command): Command {
  return addPlace(command.requiredOption('--stage <name>', 'the name that it is deployed under', toStage));
}

/** Where in AWS, and as whom. */
export function addPlace(command: Command): Command {
  return command
    .option(
      '--region <region>',
      'where the stage is; what AWS_REGION or the profile says, if left out',
      toRegion,
    )
    .option('--profile <name>', "the AWS CLI's profile with the credentials");
}

export function toStage(given: string): string {
  if (!stageName.test(given))
    throw new InvalidArgumentError('It is 1 to 16 of a-z and 0-9, and starts with a letter.');
  return given;
}

export function toRegion(given: string): string {
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(given))
    throw new InvalidArgumentError('It is a Region of AWS, such as eu-west-1.');
  return given;
}

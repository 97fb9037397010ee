import { Command, InvalidArgumentError } from 'commander';
import { dev } from './dev.ts';
import { readJobsFile } from './jobs-file.ts';
import { toLimit } from './run-filter.ts';
import type { Shell } from './shell.ts';

/** `signalbox dev`: the router, until it is told to end. */
export function createDev({ environment, log, configPath }: Shell): Command {
  return new Command('dev')
    .description('Run the router on this machine: routes, schedules, the runs API and the Lambda Invoke API.')
    .option('--port <number>', 'where to listen, on 127.0.0.1; 0 takes any free port', toPort, 4400)
    .option('--slots <number>', 'how many jobs run at once; the number of cores, if left out', toLimit)
    .addHelpText('after', examples)
    .action(async (options: { port: number; slots?: number }) => {
      await dev(readJobsFile(environment, configPath()), log, options);
    });
}

const examples = `
The router listens on the loopback address only, and keeps runs, events and logs in .signalbox/ beside jobs.yml.
It may be killed at any moment: jobs go on, and the next router finds how they ended.
Ctrl-C ends it once the running jobs have ended; a second Ctrl-C ends it at once and leaves them running.
The environment variable SIGNALBOX_LOG_LEVEL says how much is logged: trace, debug, info, warn, error, fatal or silent.

Any AWS SDK or the AWS CLI can send a payload to a trigger function, which are named after the event sources:

  aws lambda invoke --endpoint-url http://127.0.0.1:4400 --function-name manual \\
    --cli-binary-format raw-in-base64-out --payload '{"job":"hello","input":{}}' answer.json`;

function toPort(given: string): number {
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It is a number from 0 to 65535.');
  return port;
}

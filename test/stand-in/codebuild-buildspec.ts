import { parse } from 'yaml';
import type { Work } from './codebuild-build.ts';

const phases = ['install', 'pre_build', 'build', 'post_build'];

/** A buildspec's commands, all phases one after the other, as one shell that ends with the first that fails. */
export function toWork(buildspec: string): Work {
  const commands = readCommands(buildspec);
  if (commands === undefined) {
    const context = { statusCode: 'YAML_FILE_ERROR', message: 'the buildspec has no commands' };
    return {
      kind: 'breaks',
      breaks: { phase: 'DOWNLOAD_SOURCE', status: 'FAILED', phaseStatus: 'CLIENT_ERROR', context },
    };
  }
  return { kind: 'command', command: ['/bin/sh', '-e', '-c', commands.join('\n')] };
}

function readCommands(buildspec: string): readonly string[] | undefined {
  let document: unknown;
  try {
    document = parse(buildspec);
  } catch {
    return undefined;
  }
  const commands = phases.flatMap((phase) => {
    const list = get(get(get(document, 'phases'), phase), 'commands');
    return Array.isArray(list) ? list.map(String) : [];
  });
  return commands.length > 0 ? commands : undefined;
}

function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

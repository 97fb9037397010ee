import { runCommandLine } from '../../cli/program.ts';

export type Said = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A command line in this process, which takes a hundredth of the time of one of its own. */
export async function runHere(
  directory: string,
  words: readonly string[],
  ask?: (question: string) => Promise<boolean>,
): Promise<Said> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(words, {
    print(text) {
      stdout += `${text}\n`;
    },
    async write(chunk) {
      stdout += Buffer.from(chunk).toString();
    },
    note(text) {
      stderr += `${text}\n`;
    },
    ask,
    readEnvironment: () => ({ directory, logLevel: 'silent' }),
  });
  return { code, stdout, stderr };
}

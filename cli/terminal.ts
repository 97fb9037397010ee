import { createInterface } from 'node:readline';

/** Asks a question whose answer is y or n; undefined where nobody can be asked. No answer is a no. */
export function toAsk(): ((question: string) => Promise<boolean>) | undefined {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) return undefined;
  return (question) =>
    new Promise((resolve) => {
      const terminal = createInterface({ input, output });
      let isAnswered = false;
      terminal.on('close', () => {
        if (!isAnswered) output.write('\n');
        resolve(false);
      });
      terminal.question(`${question} [y/N] `, (answer) => {
        isAnswered = true;
        resolve(/^y(es)?$/i.test(answer.trim()));
        terminal.close();
      });
    });
}

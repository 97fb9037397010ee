import type { Stage } from '../names.ts';
import type { FrameworkStack } from './framework-stack.ts';
import { replaceFiles } from './package-files.ts';
import { toServiceFiles } from './service-files.ts';

/** A package with nothing in it but its name: enough for the Serverless Framework to remove what is deployed. */
export function writeEmptyPackage(folder: string, stage: Stage): void {
  const stack: FrameworkStack = {
    ...stage,
    functions: {},
    resources: { Resources: {}, Outputs: {} },
    templates: [],
  };
  replaceFiles(folder, [{ path: 'stack.json', content: JSON.stringify(stack) }, ...toServiceFiles()]);
}

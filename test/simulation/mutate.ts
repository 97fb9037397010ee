import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutation-list.ts';

/**
 * From now on a module of the product is loaded with another text: each text to be found must occur exactly once. To be
 * called before anything loads it. Throws, when the module is loaded, for a text that isn't there.
 */
export function mutate({ name, file, changes }: Mutation): void {
  const url = new URL(`../../${file}`, import.meta.url).href;
  registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      if (loaded !== url) return result;
      let source = String(result.source);
      for (const [find, replace] of changes) {
        const times = source.split(find).length - 1;
        if (times !== 1)
          throw new Error(`mutation "${name}": ${fileURLToPath(url)} has this text ${times} times: ${find}`);
        source = source.replace(find, () => replace);
      }
      return { ...result, source };
    },
  });
}

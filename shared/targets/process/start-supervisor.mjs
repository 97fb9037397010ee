// `node start-supervisor.mjs <folder> <token> <cache>`: the supervisor, compiled once and not for every job.
// Not in TypeScript itself: taking the types out of two lines would cost what this saves.
import { enableCompileCache } from 'node:module';

enableCompileCache(process.argv[4]);
await import('./supervisor.ts');

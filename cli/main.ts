import { DatabaseSync } from 'node:sqlite';
const x: string = process.version;
console.log(JSON.stringify({ v: x, a: process.argv.slice(2), init: process.env['INIT_CWD'], db: typeof DatabaseSync, ev: process.env['npm_lifecycle_event'] }));
process.exit(3)

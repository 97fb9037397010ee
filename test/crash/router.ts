/** `node router.ts <jobs.yml> [<window> <nth>]`: the router of `signalbox dev`, made to die at a given moment. */
import { readFileSync } from 'node:fs';
import { startDev } from '../../cli/dev.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createLog } from '../../shared/local/log.ts';
import { killAt, windows } from './windows.ts';

const [path = '', named, nth = '1'] = process.argv.slice(2);
const window = windows.find((name) => name === named);
const wrap = window === undefined ? {} : { wrap: killAt(window, Number(nth)) };

const file = parseJobs(readFileSync(path, 'utf8'), path);
const { url } = await startDev(file, createLog('error'), { port: 0, ...wrap });
process.stdout.write(`${url}\n`);

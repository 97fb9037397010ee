import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that was given the same number. */
export type ProcessIdentity = { readonly pid: number; readonly born: string };

/** Throws when there is no such process. */
export function identify(pid: number): ProcessIdentity {
  const born = toBirth(pid);
  if (born === undefined) throw new Error(`there is no process ${pid}`);
  return { pid, born };
}

/** Whether that very process still runs. One that has ended and waits to be collected doesn't. */
export function isAlive({ pid, born }: ProcessIdentity): boolean {
  return toBirth(pid) === born;
}

/** Whether any process that runs has this number now. */
export function isTaken(pid: number): boolean {
  return toBirth(pid) !== undefined;
}

function toBirth(pid: number): string | undefined {
  return process.platform === 'linux' ? toLinuxBirth(pid) : toPsBirth(pid);
}

/** The boot's id and the clock tick of the process's start: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function toLinuxBirth(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets, and may hold spaces and brackets itself.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${rest[18]}`;
}

/** Asking ps takes milliseconds, and running jobs are looked at many times a second. */
const psMemoryMs = 1000;
const living = new Map<number, { readonly born: string; readonly until: number }>();

/** For systems without /proc. Always in one language and time zone, so that two routers read the same. */
function toPsBirth(pid: number): string | undefined {
  const known = living.get(pid);
  if (known && Date.now() < known.until) return known.born;
  living.delete(pid);
  try {
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    const answer = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', env });
    const [state, ...date] = answer.trim().split(/\s+/);
    if (date.length === 0 || state?.startsWith('Z')) return undefined;
    const born = date.join(' ');
    living.set(pid, { born, until: Date.now() + psMemoryMs });
    return born;
  } catch {
    // ps fails when there is no such process.
    return undefined;
  }
}

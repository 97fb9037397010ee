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

function toPsBirth(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state, ...date] = line.split(/\s+/);
    return line === '' || state?.startsWith('Z') ? undefined : date.join(' ');
  } catch {
    return undefined;
  }
}

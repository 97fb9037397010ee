import { parseJobs } from '../../shared/jobs/parse.ts';
import { JobsFileError } from '../../shared/jobs/problem.ts';

/** What parseJobs finds wrong, as `line:column message`, in the order of the file; nothing when it is right. */
export function problemsOf(text: string): readonly string[] {
  try {
    parseJobs(text, 'jobs.yml');
    return [];
  } catch (error) {
    if (!(error instanceof JobsFileError)) throw error;
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

/** The same for the properties of one job, without places and the job's own path; the text has no indentation. */
export function problemsOfJob(job: string): readonly string[] {
  return messagesOf(`service: shop\njobs:\n  a:\n${indent(job, 4)}\n`, 'jobs.a');
}

/** The same for one entry of a process job's events. */
export function problemsOfEvent(type: string, properties: string): readonly string[] {
  const job = `target: process\nlocal: { command: [x] }\nevents:\n  - type: ${type}\n    properties: ${properties}`;
  return messagesOf(`service: shop\njobs:\n  a:\n${indent(job, 4)}\n`, 'jobs.a.events[0].properties');
}

function messagesOf(text: string, path: string): readonly string[] {
  return problemsOf(text).map((problem) => {
    const message = problem.slice(problem.indexOf(' ') + 1);
    return message.startsWith(path) ? message.slice(path.length).replace(/^[.]|^: /, '') : message;
  });
}

function indent(text: string, spaces: number): string {
  return text.replace(/^/gm, ' '.repeat(spaces));
}

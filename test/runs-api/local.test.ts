import { startTestDev } from '../local/dev.ts';
import { jobs } from './functions.ts';
import { runsApiSuite } from './suite.ts';

runsApiSuite('of the local router', async () => {
  const dev = await startTestDev({ jobs }, { slots: 0 });
  return {
    ask: async (method, path, { headers = {}, body } = {}) => {
      const url = `${dev.url}/_signalbox${path}`;
      const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
      const { status } = answer;
      return { status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
    },
    start: dev.invoke,
    ledger: dev.local.ledger,
    end: dev.remove,
  };
});

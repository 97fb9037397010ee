import { join } from 'node:path';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { makeTable } from '../support/dynamo.ts';
import { atEnd, makeFolder } from '../support/folder.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { testLedger } from './ledger.ts';

testLedger('in memory', createMemoryLedger);

testLedger('in an SQLite file', (now) => {
  const database = openDatabase(join(makeFolder(), 'ledger.db'));
  atEnd(() => database.close());
  return createSqliteLedger(database, now);
});

testLedger('in a DynamoDB table', async (now) => {
  const payloads = createFolderPayloadStore(makeFolder());
  return createDynamoLedger({ ...(await makeTable()), payloads, now });
});

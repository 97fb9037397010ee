import { join } from 'node:path';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { atEnd, makeFolder } from '../support/folder.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { testLedger } from './ledger.ts';

testLedger('in memory', createMemoryLedger);

testLedger('in an SQLite file', (now) => {
  const database = openDatabase(join(makeFolder(), 'ledger.db'));
  atEnd(() => database.close());
  return createSqliteLedger(database, now);
});

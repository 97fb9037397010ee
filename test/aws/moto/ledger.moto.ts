import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { createFolderPayloadStore } from '../../../shared/payloads/folder.ts';
import { testLedger } from '../../contract/ledger.ts';
import { makeTable } from '../../support/dynamo.ts';
import { makeFolder } from '../../support/folder.ts';

testLedger("in moto's DynamoDB", async (now) => {
  const payloads = createFolderPayloadStore(makeFolder());
  return createDynamoLedger({ ...(await makeTable()), payloads, now });
});

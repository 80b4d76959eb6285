import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../model/error.ts'
import { JournalDatabase } from './journal-database.ts'
import type { JournalRequest } from './journal-protocol.ts'

// The thread that waits for the disk, so that the one which serves the connections never does. It answers each
// request in the order in which they came.
const port = parentPort
if (!port) throw new Error('journal-worker.ts runs as a worker thread of journal-thread.ts')
const database = new JournalDatabase(workerData)
port.postMessage({ result: database.opened })

port.on('message', (request: JournalRequest) => {
  try {
    port.postMessage({ result: answer(request) })
  } catch (error) {
    port.postMessage({ error: messageOf(error) })
  }
  if (request.type === 'commit') database.maintain()
  if (request.type === 'close') port.close()
})

function answer(request: JournalRequest): unknown {
  switch (request.type) {
    case 'commit':
      return database.commit(request.group, request.forgottenPosition)
    case 'read':
      return database.read(request.afterPosition)
    case 'listRetained':
      return database.listRetained(request.authority)
    case 'renew':
      return database.renew()
    case 'close':
      return database.close()
  }
}

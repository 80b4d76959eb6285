import { Worker } from 'node:worker_threads'
import { KerbsideError, messageOf } from '../model/error.ts'
import type {
  CommitReply,
  JournalRequest,
  OpenedJournal,
  RenewedJournal,
  RetainedRow,
  StoredSegment,
} from './journal-protocol.ts'

interface Answers {
  commit: CommitReply
  read: StoredSegment[]
  listRetained: RetainedRow[]
  renew: RenewedJournal
  close: undefined
}

/** The thread that has the journal's file, asked from the main one. Answers come in the order of the requests. */
export interface JournalThread {
  readonly opened: OpenedJournal
  /** Rejects with JOURNAL_UNAVAILABLE where the disk fails or the thread has ended. */
  request<T extends JournalRequest>(request: T): Promise<Answers[T['type']]>
}

type Reply = { readonly result: unknown } | { readonly error: string }

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: KerbsideError) => void
}

export async function startJournalThread(deps: {
  path: string
  holdCommits?: SharedArrayBuffer | undefined
}): Promise<JournalThread> {
  const waiting: Waiting[] = []
  let end: KerbsideError | undefined
  const worker = new Worker(new URL('./journal-worker.ts', import.meta.url), {
    name: 'journal',
    workerData: { path: deps.path, holdCommits: deps.holdCommits },
    // It hands on buffers and keeps little; the default would let it hold three times 16 MiB of what is gone.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  worker.on('message', (reply: Reply) => {
    const { resolve, reject } = waiting.shift() as Waiting
    if ('error' in reply) reject(unavailable(deps.path, reply.error))
    else resolve(reply.result as never)
  })
  worker.on('error', (error) => stop(error))
  worker.on('exit', (exitCode) => stop(new Error(`its thread ended with code ${exitCode}`)))
  const opened = await new Promise<OpenedJournal>((resolve, reject) => {
    waiting.push({ resolve, reject })
  })
  return { opened, request }

  function request<T extends JournalRequest>(request: T): Promise<Answers[T['type']]> {
    return new Promise((resolve, reject) => {
      if (end) {
        reject(end)
        return
      }
      waiting.push({ resolve, reject })
      worker.postMessage(request)
    })
  }

  function stop(error: unknown): void {
    end ??= unavailable(deps.path, explain(error), error)
    for (const { reject } of waiting.splice(0)) reject(end)
  }
}

function unavailable(path: string, reason: string, cause?: unknown): KerbsideError {
  return new KerbsideError('JOURNAL_UNAVAILABLE', `the journal ${path}: ${reason}`, { cause })
}

const ADVICE =
  'With the ingest stopped, restore the file from a copy, or move it away to begin an empty one: what it holds and was not stored is lost then'

/** SQLite's primary result codes, in the words of who has to act. */
const EXPLANATIONS: Readonly<Record<number, string>> = {
  5: 'it is in use by another process. Two brokers cannot share a journal',
  11: `it is damaged. ${ADVICE}`,
  14: 'it cannot be opened. Check that its folder exists and may be written to',
  26: `it is no journal, or damaged. ${ADVICE}`,
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
  const explanation = code === undefined ? undefined : EXPLANATIONS[code]
  return explanation === undefined ? messageOf(error) : `${explanation} (${messageOf(error)})`
}

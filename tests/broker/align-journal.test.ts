import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAcceptedReporter } from '../../broker/accepted-reporter.ts'
import { alignJournal } from '../../broker/align-journal.ts'
import { type Journal, openJournal } from '../../broker/journal.ts'
import { systemClock } from '../../model/clock.ts'
import { type Logger, silentLogger } from '../../model/logger.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { openTown, type Town, waitUntil } from '../ingest/open-town.ts'

const TOPIC = 'kerbside/v1/town/bin/bin-1/reading'

test('a journal that comes back older than the registry goes on under a new id and loses nothing', async () => {
  const { town, copy, start } = await open()
  let running = await start()
  await append(running.journal, 0, 10)
  await waitUntilStored(town, 10)
  await running.stop()
  copy.take()

  running = await start()
  const { id } = running.journal
  await append(running.journal, 10, 50)
  await waitUntilStored(town, 60)
  await running.stop()
  copy.putBack()

  running = await start()
  expect(running.journal.id).not.toBe(id)
  await append(running.journal, 1_000, 20)
  // What is stored is counted a moment after it is there.
  await eventually(() => readBalance(town, running)).toMatchObject({ accepted: 80, stored: 80, pending: 0 })
  // Under its new id it is a journal like any other.
  const renewed = running.journal.id
  await running.stop()
  running = await start()
  expect(running.journal.id).toBe(renewed)
  await running.stop()
})

test('what a copy holds is stored again, and what went with the disk is no longer pending', async () => {
  const warnings: object[] = []
  const { town, copy, start } = await open({
    ...silentLogger,
    warn: (fields: unknown) => warnings.push(fields as object),
  })
  let running = await start({ isIngesting: false })
  await append(running.journal, 0, 10)
  running.journal.append(
    entryOf('online', { topic: 'kerbside/v1/town/bin/bin-1/status', readingCount: 0 }),
    () => {},
  )
  await append(running.journal, 10, 2)
  const balance = await readBalance(town, running)
  expect(balance).toMatchObject({ accepted: 12, pending: 12 })
  await running.stop()
  copy.take()

  running = await start()
  await append(running.journal, 12, 3)
  await waitUntilStored(town, 15)
  await running.stop()
  // Accepted, and lost with the disk before anybody has read them.
  running = await start({ isIngesting: false })
  await append(running.journal, 15, 5)
  expect(await readBalance(town, running)).toMatchObject({ accepted: 20, stored: 15, pending: 5 })
  await running.stop()
  copy.putBack()

  running = await start({ isIngesting: false })
  expect(await readBalance(town, running)).toMatchObject({ accepted: 27, stored: 15, pending: 12 })
  await running.stop()
  expect(warnings).toMatchObject([{ lastPosition: 13, recordedPosition: 16, lostReadings: 5 }])

  // A crash after the new id changes nothing, and the copy's readings replace themselves.
  running = await start()
  await append(running.journal, 100, 1)
  await waitUntilStored(town, 16)
  const after = await waitUntil(
    () => readBalance(town, running),
    ({ pending }) => pending === 0,
  )
  expect(after).toMatchObject({ accepted: 28, stored: 28 })
  await running.stop()
})

interface Running {
  readonly journal: Journal
  stop(): Promise<void>
}

/** A journal, an ingest and a registry in one process, as often as the test starts them. */
async function open(logger: Logger = silentLogger) {
  const town = await openTown([{ id: 'bin-1', kind: 'bin' }])
  const folder = await createFolder()
  const path = join(folder, 'journal.sqlite')
  const copyPath = join(folder, 'copy')
  return {
    town,
    copy: {
      take: () => copyFileSync(path, copyPath),
      putBack() {
        rmSync(`${path}-wal`, { force: true })
        copyFileSync(copyPath, path)
      },
    },
    async start({ isIngesting = true } = {}): Promise<Running> {
      const journal = await openJournal({ path, clock: systemClock, logger: silentLogger })
      await alignJournal({ journal, registry: town.registry, logger })
      const ingest = isIngesting ? town.ingest(journal.openSource()) : undefined
      return {
        journal,
        async stop() {
          await ingest?.close()
          await journal.close()
        },
      }
    },
  }
}

async function append(journal: Journal, first: number, count: number): Promise<void> {
  const payloads = Array.from({ length: count }, (_, index) => {
    return JSON.stringify({ fillPercent: 1, time: 1_790_000_000_000 + first + index })
  })
  await Promise.all(
    payloads.map((payload) => new Promise<void>((resolve) => journal.append(entryOf(payload), resolve))),
  )
}

function entryOf(payload: string, changes = {}) {
  return {
    authority: 'town',
    device: 'bin-1',
    topic: TOPIC,
    payload: Buffer.from(payload),
    readingCount: 1,
    ...changes,
  }
}

async function waitUntilStored(town: Town, count: number): Promise<void> {
  await waitUntil(
    () => town.readings('bin', 'bin-1'),
    ({ length }) => length === count,
  )
}

/** With what the broker would report. */
async function readBalance({ registry }: Town, { journal }: Running) {
  const reporter = createAcceptedReporter({ registry, journal, logger: silentLogger })
  await reporter.close()
  return registry.getBalance('town', systemClock.now())
}

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Journal, openJournal } from '../../broker/journal.ts'
import { DEFAULT_BROKER_LIMITS } from '../../broker/limits.ts'
import { readConnect } from '../../broker/read-connect.ts'
import { createRelay } from '../../broker/relay.ts'
import { openMqttSource } from '../../ingest/mqtt-source.ts'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { openTown, waitUntil } from './open-town.ts'

const TOPIC = 'kerbside/v1/town/bin/bin-1/reading'

it('a journal’s messages come with their position and time, once each, however often the connection is lost', async () => {
  const town = await openTown([{ id: 'bin-1', kind: 'bin' }])
  const journal = await openTestJournal()
  const relay = await listen(journal)
  const source = await openSource(relay.url, town.registry)
  expect(source.id).toBe(journal.id)
  const ingest = town.ingest(source, { limits: { messagesPerRead: 40, readingsPerBatch: 40 } })
  for (let i = 0; i < 1_000; i += 1) {
    append(journal, { fillPercent: i % 100 })
    if (i % 250 === 249) {
      await waitUntil(ingest.stats, ({ stored }) => stored > i - 200)
      relay.cut()
    }
  }
  await waitUntil(ingest.stats, ({ stored }) => stored >= 1_000)
  await waitUntil(
    () => town.registry.findPosition(journal.id),
    (position) => position !== undefined && position >= 1_000,
  )
  const readings = await town.readings('bin', 'bin-1')
  expect(readings.map(({ fields }) => fields['fillPercent'])).toEqual(
    Array.from({ length: 1_000 }, (_, i) => i % 100),
  )
  expect(await town.registry.listSourceCounts(journal.id)).toMatchObject([{ stored: 1_000, quarantined: 0 }])
  // What was accepted is the broker's to count.
  expect(await town.registry.listSourceCounts('mqtt:kerbside-ingest')).toEqual([])
})

it('an ingest that takes over while another still writes what it had in hand counts only the rest', async () => {
  const town = await openTown([{ id: 'bin-1', kind: 'bin' }])
  const journal = await openTestJournal()
  const relay = await listen(journal)
  const held = Promise.withResolvers<void>()
  const writing = Promise.withResolvers<void>()
  const slow = {
    ...town.store,
    async write(readings: Parameters<typeof town.store.write>[0]) {
      writing.resolve()
      await held.promise
      return town.store.write(readings)
    },
  }
  for (let i = 0; i < 500; i += 1)
    append(journal, i === 400 ? { fillPercent: 400 } : { fillPercent: i % 100 })
  const first = await openSource(relay.url, town.registry)
  const before = town.ingest(first, { store: slow })
  await writing.promise
  // Its connection is gone, its batch is not.
  await first.close()
  for (let i = 500; i < 1_000; i += 1) append(journal, { fillPercent: i % 100 })
  const second = await openSource(relay.url, town.registry)
  const after = town.ingest(second, { limits: { messagesPerRead: 70, readingsPerBatch: 70 } })
  await waitUntil(after.stats, ({ messages }) => messages > 200)
  held.resolve()
  await before.close()
  await waitUntil(
    () => journal.stats().pendingMessages,
    (pending) => pending === 0,
  )
  expect(await town.registry.listSourceCounts(journal.id)).toMatchObject([{ stored: 999, quarantined: 1 }])
  expect(await town.registry.countQuarantined('town')).toEqual([{ reason: 'out_of_range', count: 1 }])
  expect(await town.readings('bin', 'bin-1')).toHaveLength(999)
})

it('another journal behind the same address ends the ingest', async () => {
  const town = await openTown([{ id: 'bin-1', kind: 'bin' }])
  const relay = await listen(await openTestJournal())
  const source = await openSource(relay.url, town.registry)
  const ingest = town.ingest(source)
  const ended = expect(ingest.ended).rejects.toMatchObject({ code: 'CONFLICT' })
  relay.replace(await openTestJournal())
  await ended
})

async function openTestJournal(): Promise<Journal> {
  const path = join(await createFolder(), 'journal.sqlite')
  const journal = await openJournal({ path, clock: systemClock, logger: silentLogger })
  onTestFinished(() => journal.close())
  return journal
}

function append(journal: Journal, reading: object): void {
  const payload = Buffer.from(JSON.stringify(reading))
  const entry = {
    authority: 'town',
    device: 'bin-1',
    topic: TOPIC,
    payload,
    readingCount: 1,
    received: undefined,
  }
  journal.append(entry, () => undefined)
}

async function openSource(url: string, registry: Parameters<typeof openMqttSource>[0]['registry']) {
  const source = await openMqttSource({ url, registry, clock: systemClock, logger: silentLogger })
  onTestFinished(() => source.close())
  return source
}

/** The broker's way to a relay, without its authentication. */
async function listen(
  first: Journal,
): Promise<{ url: string; cut(): void; replace(journal: Journal): void }> {
  const createFor = (journal: Journal) =>
    createRelay({ journal, limits: DEFAULT_BROKER_LIMITS, logger: silentLogger })
  let relay = createFor(first)
  const sockets = new Set<Socket>()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    readConnect(socket, 65_536, (result) => {
      if (!('connect' in result) || relay.handle(socket, result.connect, result.rest)) socket.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await relay.close()
    cut()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `mqtt://127.0.0.1:${port}`,
    cut,
    replace(journal) {
      relay = createFor(journal)
      cut()
    },
  }
}

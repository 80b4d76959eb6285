import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Journal, type JournalEntry, openJournal } from '../../broker/journal.ts'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'

let folder: string
let path: string
const opened: Journal[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kerbside-journal-'))
  path = join(folder, 'journal.sqlite')
})
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close()
  rmSync(folder, { recursive: true })
})

async function open(
  options: { limitBytes?: number; holdCommits?: SharedArrayBuffer; path?: string } = {},
): Promise<Journal> {
  const journal = await openJournal({ path, clock: systemClock, logger: silentLogger, ...options })
  opened.push(journal)
  return journal
}

function entryOf(payload: string | Uint8Array, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    authority: 'town',
    device: 'bin-1',
    topic: 'kerbside/v1/town/bin/bin-1/reading',
    payload: Buffer.from(payload),
    readingCount: 1,
    ...more,
  }
}

function append(journal: Journal, entry: JournalEntry): Promise<void> {
  return new Promise((resolve) => journal.append(entry, resolve))
}

async function readTexts(journal: Journal, count: number): Promise<string[]> {
  const source = journal.openSource()
  const texts: string[] = []
  while (texts.length < count) {
    for (const { payload } of await source.read(1_000)) texts.push(Buffer.from(payload).toString())
  }
  return texts
}

function becomesAccepting(journal: Journal, wanted: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (journal.isAccepting === wanted) resolve()
    const end = journal.onAcceptingChange((isAccepting) => {
      if (isAccepting !== wanted) return
      end()
      resolve()
    })
  })
}

describe('an acknowledgement', () => {
  test('does not come while the commit is held back, and comes once it is made', async () => {
    const holdCommits = new SharedArrayBuffer(4)
    const hold = new Int32Array(holdCommits)
    const held = await open({ holdCommits })
    const other = await open({ path: join(folder, 'other.sqlite') })
    Atomics.store(hold, 0, 1)
    let committed = 0
    const all = Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        append(held, entryOf(String(index))).then(() => {
          committed += 1
        }),
      ),
    )
    // Meanwhile a journal that is not held commits fifty times.
    for (let index = 0; index < 50; index += 1) await append(other, entryOf('other'))
    expect(committed).toBe(0)
    expect(held.stats()).toMatchObject({ appended: 0, commits: 0, pendingMessages: 0 })
    expect(held.listAccepted()).toEqual([])
    Atomics.store(hold, 0, 0)
    Atomics.notify(hold, 0)
    await all
    expect(held.stats()).toMatchObject({ appended: 20, pendingMessages: 20 })
  })

  test('never comes before append has returned, and comes in the order of the appends', async () => {
    const journal = await open()
    const order: number[] = []
    let isAppending = true
    const commits = Array.from({ length: 500 }, (_, index) =>
      append(journal, entryOf('x', index % 5 === 0 ? { received: { session: 's', messageId: 1 } } : {})).then(
        () => {
          expect(isAppending).toBe(false)
          order.push(index)
        },
      ),
    )
    isAppending = false
    await Promise.all(commits)
    expect(order).toEqual(Array.from({ length: 500 }, (_, index) => index))
  })

  test('is withheld beyond 32 MiB that wait for a slow disk, and no more is accepted', async () => {
    const holdCommits = new SharedArrayBuffer(4)
    const hold = new Int32Array(holdCommits)
    const journal = await open({ holdCommits })
    Atomics.store(hold, 0, 1)
    const commits: Promise<void>[] = []
    const payload = new Uint8Array(262_144)
    while (journal.isAccepting) commits.push(append(journal, entryOf(payload)))
    expect(commits.length).toBeGreaterThan(100)
    expect(commits.length).toBeLessThan(140)
    expect(journal.stats().problem).toContain('too slow')
    Atomics.store(hold, 0, 0)
    Atomics.notify(hold, 0)
    await becomesAccepting(journal, true)
    await Promise.all(commits)
    expect(journal.stats().pendingMessages).toBe(commits.length)
  })
})

describe('the source', () => {
  test('waits for what comes, and ends with an empty read when it is closed', async () => {
    const journal = await open()
    const source = journal.openSource()
    const waiting = source.read(10)
    await append(journal, entryOf('first'))
    expect(await waiting).toMatchObject([
      { position: 1, authority: 'town', topic: 'kerbside/v1/town/bin/bin-1/reading' },
    ])
    const last = source.read(10)
    await source.close()
    expect(await last).toEqual([])
    expect(await readTexts(journal, 1)).toEqual(['first'])
  })

  test('that fell behind reads from the disk and catches up with what is still coming in', async () => {
    const journal = await open()
    const payload = 'p'.repeat(50_000)
    const source = journal.openSource()
    let last = 0
    const commits: Promise<void>[] = []
    // 60 MB: twice what is kept in memory.
    for (let round = 0; round < 12; round += 1) {
      for (let index = 0; index < 100; index += 1) {
        commits.push(append(journal, entryOf(`${commits.length + 1} ${payload}`)))
      }
      await Promise.all(commits)
    }
    for (let index = 0; index < 100; index += 1) {
      commits.push(append(journal, entryOf(`${commits.length + 1} ${payload}`)))
    }
    while (last < commits.length) {
      const messages = await source.read(40)
      expect(messages.length).toBeLessThanOrEqual(40)
      for (const message of messages) {
        last += 1
        expect(message.position).toBe(last)
        expect(Buffer.from(message.payload).toString('utf8', 0, 6)).toBe(`${last} ${payload}`.slice(0, 6))
      }
      await source.forget(messages)
    }
    expect(journal.stats().pendingMessages).toBe(0)
  })

  test('opened again, ends the one before and begins at the oldest message not forgotten', async () => {
    const journal = await open()
    for (const text of ['a', 'b', 'c']) await append(journal, entryOf(text))
    const first = journal.openSource()
    await first.forget(await first.read(1))
    const waiting = first.read(1)
    expect(await waiting).toHaveLength(1)
    const second = journal.openSource()
    expect(await first.read(10)).toEqual([])
    expect((await second.read(10)).map((message) => message.position)).toEqual([2, 3])
  })

  test('leaves out what the disk has damaged, says so, and goes on behind it', async () => {
    const journal = await open()
    for (const text of ['a', 'b', 'c']) await append(journal, entryOf(text))
    await journal.close()
    const database = new DatabaseSync(path)
    database.exec('UPDATE segments SET body = zeroblob(length(body)) WHERE last_position = 2')
    database.close()
    const errors: unknown[] = []
    const logger = { ...silentLogger, error: (fields: object) => errors.push(fields) }
    const again = await openJournal({ path, clock: systemClock, logger })
    opened.push(again)
    expect(await readTexts(again, 2)).toEqual(['a', 'c'])
    expect(errors).toEqual([{ firstPosition: 2, lastPosition: 2 }])
  })
})

describe('at QoS 2', () => {
  test('a message whose id is remembered is committed but not appended again, also after a restart', async () => {
    const received = { session: 'town/bin-1:client', messageId: 7 }
    const journal = await open()
    await Promise.all([
      append(journal, entryOf('once', { received })),
      append(journal, entryOf('once', { received })),
    ])
    await journal.close()
    const again = await open()
    expect(again.hasReceived(received.session, 7)).toBe(true)
    await append(again, entryOf('once', { received }))
    expect(again.stats().pendingMessages).toBe(1)
    expect(again.listAccepted()).toMatchObject([{ authority: 'town', accepted: 1 }])
  })

  test('an id is free again once it or its session is released', async () => {
    const journal = await open()
    const of = (messageId: number) => ({ received: { session: 's', messageId } })
    for (const messageId of [1, 2, 3]) await append(journal, entryOf(`${messageId}`, of(messageId)))
    await new Promise<void>((resolve) => journal.release('s', 1, resolve))
    // Released and received again in one commit: the order counts.
    journal.release('s', 2)
    await append(journal, entryOf('2 anew', of(2)))
    await journal.close()
    const again = await open()
    expect([1, 2, 3].map((messageId) => again.hasReceived('s', messageId))).toEqual([false, true, true])
    await new Promise<void>((resolve) => again.releaseSession('s', resolve))
    await again.close()
    const third = await open()
    expect([1, 2, 3].some((messageId) => third.hasReceived('s', messageId))).toBe(false)
    expect(await readTexts(third, 4)).toEqual(['1', '2', '3', '2 anew'])
  })
})

test('a full journal accepts nothing until a tenth of its limit is free, and loses nothing meanwhile', async () => {
  const limitBytes = 100_000
  const journal = await open({ limitBytes })
  const payload = 'p'.repeat(2_000)
  const committed: number[] = []
  let count = 0
  const appendOne = (): Promise<void> => {
    const number = count
    count += 1
    return append(journal, entryOf(`${number} ${payload}`)).then(() => {
      committed.push(number)
    })
  }
  while (journal.isAccepting) await Promise.race([appendOne(), becomesAccepting(journal, false)])
  const waiting = Array.from({ length: 10 }, appendOne)
  const committedBefore = committed.length
  expect(journal.stats().problem).toContain('full')
  expect(journal.stats().bytes).toBeLessThanOrEqual(limitBytes)
  expect(journal.stats().bytes).toBeGreaterThan(limitBytes * 0.85)

  const source = journal.openSource()
  const read: string[] = []
  while (committed.length < count) {
    // A message or two make no room, so they change nothing.
    expect(committed.length - committedBefore === 0 || read.length > 3).toBe(true)
    const messages = await source.read(2)
    for (const message of messages) read.push(Buffer.from(message.payload).toString())
    await source.forget(messages)
    if (read.length >= 20) await Promise.all(waiting)
  }
  await becomesAccepting(journal, true)
  while (read.length < count) {
    for (const message of await source.read(100)) read.push(Buffer.from(message.payload).toString())
  }
  expect(read.map((text) => Number(text.split(' ')[0]))).toEqual(Array.from({ length: count }, (_, n) => n))
})

test('sessions that end while the journal is full leave nothing that waits for it', async () => {
  const holdCommits = new SharedArrayBuffer(4)
  const journal = await open({ holdCommits })
  Atomics.store(new Int32Array(holdCommits), 0, 1)
  const held = append(journal, entryOf('held'))
  for (let count = 0; count < 1_000; count += 1) journal.releaseSession(`session-${count}`)
  Atomics.store(new Int32Array(holdCommits), 0, 0)
  Atomics.notify(new Int32Array(holdCommits), 0)
  await held
  expect(journal.stats().commits).toBe(1)
  await append(journal, entryOf('next'))
  expect(journal.stats().commits).toBe(2)
})

test('the files stay small while a hundred megabytes pass through', async () => {
  const journal = await open()
  const source = journal.openSource()
  const payload = new Uint8Array(10_000)
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(Array.from({ length: 100 }, () => append(journal, entryOf(payload))))
    for (let read = 0; read < 100; ) {
      const messages = await source.read(1_000)
      read += messages.length
      await source.forget(messages)
    }
  }
  expect(journal.stats().pendingMessages).toBe(0)
  expect(statSync(path).size + statSync(`${path}-wal`).size).toBeLessThan(40_000_000)
})

test('retained messages survive a restart, and an empty payload removes one', async () => {
  const journal = await open()
  const retained = { qos: 1, properties: { contentType: 'text/plain' } } as const
  await append(journal, entryOf('online', { topic: 'a', readingCount: 0, retained }))
  await append(journal, entryOf('online', { topic: 'b', readingCount: 0, retained: { qos: 0 } }))
  await append(journal, entryOf('', { topic: 'a', readingCount: 0, retained }))
  await append(journal, entryOf('offline', { topic: 'c', readingCount: 0, retained }))
  await journal.close()
  const again = await open()
  expect(await again.listRetained('town')).toEqual([
    { topic: 'b', payload: new Uint8Array(Buffer.from('online')), qos: 0, properties: undefined },
    { topic: 'c', payload: new Uint8Array(Buffer.from('offline')), ...retained },
  ])
  expect(await again.listRetained('village')).toEqual([])
  expect(again.listAccepted()).toEqual([{ authority: 'town', accepted: 0, oldestPendingTime: null }])
})

describe('opening is refused', () => {
  test('while another process has the journal', async () => {
    await open()
    const appender = new URL('../fixtures/journal-appender.ts', import.meta.url).pathname
    const other = spawn(process.execPath, [appender, path, join(folder, 'log'), '1'])
    let errors = ''
    other.stderr.on('data', (chunk) => {
      errors += chunk
    })
    expect(await once(other, 'close')).toEqual([1, null])
    expect(errors).toContain('it is in use by another process')
  })

  test('where the file is something else, torn, of another program or of a later version', async () => {
    writeFileSync(path, 'not a database at all, but long enough to be looked at'.repeat(100))
    await expect(open()).rejects.toMatchObject({
      code: 'JOURNAL_UNAVAILABLE',
      message: expect.stringContaining('it is no journal, or damaged'),
    })

    rmSync(path)
    const journal = await open()
    for (let index = 0; index < 50; index += 1) await append(journal, entryOf(new Uint8Array(5_000)))
    await journal.close()
    truncateSync(path, 40_000)
    await expect(open()).rejects.toThrow('it is damaged')

    rmSync(path)
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE other (id INTEGER)')
    database.close()
    const before = readFileSync(path)
    await expect(open()).rejects.toThrow('not a journal')
    expect(readFileSync(path)).toEqual(before)

    rmSync(path)
    await (await open()).close()
    const later = new DatabaseSync(path)
    later.exec('PRAGMA user_version = 2')
    later.close()
    await expect(open()).rejects.toThrow('its format is version 2, and only 1 is known here')
  })
})

import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type Journal, openJournal } from '../../broker/journal.ts'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import type { Message } from '../../model/message.ts'
import type { MessageSource } from '../../model/message-source.ts'

// A disk of 24 MiB, which only root can make.
const folder = mkdtempSync(join(tmpdir(), 'kerbside-disk-'))
const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder])
const isMounted = mount.status === 0
if (!isMounted) process.stdout.write('skipped: a small disk can only be mounted by root\n')
const path = join(folder, 'journal.sqlite')
const filler = join(folder, 'filler')
const PAYLOAD_BYTES = 2_000

let journal: Journal
let source: MessageSource
let appended = 0
let committed: number[] = []
let read: number[] = []
const disk = test.skipIf(!isMounted)

beforeEach(async () => {
  appended = 0
  committed = []
  read = []
  await open(Number.MAX_SAFE_INTEGER)
})
afterEach(async () => {
  await journal.close()
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
})
afterAll(() => {
  if (isMounted) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true })
})

disk('by default 80 % of the free space is the limit', async () => {
  await journal.close()
  await open()
  expect(journal.stats().limitBytes).toBeGreaterThan(24 * 1_048_576 * 0.79)
  expect(journal.stats().limitBytes).toBeLessThanOrEqual(24 * 1_048_576 * 0.8)
})

disk('a journal that fills its disk ten times over goes on as messages are forgotten', async () => {
  for (let round = 0; round < 10; round += 1) {
    await appendUntilRefused()
    expect(journal.stats().problem).toContain('cannot be written')
    expect(journal.stats().pendingMessages).toBeGreaterThan(2_000)
    const waiting = appendMore(20)
    // Alternately all of it, and only as much as makes some room.
    await readAndForget(round % 2 === 0 ? journal.stats().pendingMessages : 3_000)
    await Promise.all(waiting)
    await becomesAccepting()
  }
  await readAndForget(appended - read.length)
  checkOrder()
})

disk('a disk that others fill stops it, and forgetting works even so', async () => {
  await Promise.all(appendMore(3_000))
  fillDisk()
  await appendUntilRefused()
  const { bytes } = journal.stats()
  const waiting = appendMore(20)
  await readAndForget(2_500)
  await Promise.all(waiting)
  await becomesAccepting()
  expect(journal.stats().bytes).toBeLessThan(bytes)
  await readAndForget(appended - read.length)
  checkOrder()
})

disk('it goes on by itself once others have made room', async () => {
  fillDisk()
  await appendUntilRefused()
  const waiting = appendMore(20)
  rmSync(filler)
  await becomesAccepting()
  await Promise.all(waiting)
  await readAndForget(appended - read.length)
  checkOrder()
})

disk('closed and opened again on a full disk it has all that was committed', async () => {
  await appendUntilRefused()
  fillDisk()
  // What is not committed when it is closed never will be, so nobody is told that it was.
  await journal.close()
  await open(Number.MAX_SAFE_INTEGER)
  appended = committed.length
  expect(journal.stats().pendingMessages).toBe(committed.length - read.length)
  await readAndForget(committed.length - read.length)
  await Promise.all(appendMore(100))
  await readAndForget(100)
  checkOrder()
})

async function open(limitBytes?: number): Promise<void> {
  journal = await openJournal({ path, clock: systemClock, logger: silentLogger, limitBytes })
  source = journal.openSource()
}

function appendMore(count: number): Promise<void>[] {
  return Array.from({ length: count }, () => {
    const number = appended
    appended += 1
    const payload = Buffer.alloc(PAYLOAD_BYTES)
    payload.write(String(number))
    const entry = { authority: 'town', device: 'bin-1', topic: 'town/bin-1', payload, readingCount: 1 }
    return new Promise<void>((resolve) =>
      journal.append(entry, () => {
        committed.push(number)
        resolve()
      }),
    )
  })
}

async function appendUntilRefused(): Promise<void> {
  const refused = acceptingBecomes(false)
  while (journal.isAccepting) await Promise.race([refused, Promise.all(appendMore(50))])
}

function becomesAccepting(): Promise<void> {
  return acceptingBecomes(true)
}

function acceptingBecomes(wanted: boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = journal.onAcceptingChange((isAccepting) => {
      if (isAccepting === wanted) finish()
    })
    if (journal.isAccepting === wanted) finish()
    function finish(): void {
      end()
      resolve()
    }
  })
}

async function readAndForget(count: number): Promise<void> {
  for (let left = count; left > 0; ) {
    const messages: readonly Message[] = await source.read(Math.min(left, 500))
    for (const message of messages) read.push(Number.parseInt(Buffer.from(message.payload).toString(), 10))
    left -= messages.length
    await source.forget(messages)
  }
}

function checkOrder(): void {
  const all = Array.from({ length: appended }, (_, number) => number)
  expect(committed).toEqual(all)
  expect(read).toEqual(all)
}

/** To the last byte. */
function fillDisk(): void {
  const file = openSync(filler, 'w')
  const { bavail, bsize } = statfsSync(folder)
  try {
    for (
      let left = bavail * bsize;
      left > 0;
      left -= writeSync(file, Buffer.alloc(Math.min(left, 65_536)))
    ) {}
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    closeSync(file)
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Journal, openJournal } from '../../broker/journal.ts'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import type { Message } from '../../model/message.ts'
import { createRandom } from '../../model/random.ts'

const APPENDER = new URL('../fixtures/journal-appender.ts', import.meta.url).pathname
const KILLS = 10

test('what was committed is there in order after each of ten SIGKILLs, and so are the ids of QoS 2', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = createRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'kerbside-journal-'))
  const path = join(folder, 'journal.sqlite')
  const log = join(folder, 'log')
  // The appender writes its first line with its first promise, and may be killed before that.
  writeFileSync(log, '')
  let first = 1
  try {
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await appendUntilKilled(path, log, first, random() * 300)
      const promised = readLog(log)
      const journal = await openJournal({ path, clock: systemClock, logger: silentLogger })
      const context = `seed ${seed}, kill ${kill}`
      const last = await check(journal, promised, context)
      await journal.close()
      first = last + 1
    }
    expect(readLog(log).committed.size, `seed ${seed}`).toBeGreaterThan(KILLS * 10)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 180_000)

async function appendUntilKilled(path: string, log: string, first: number, afterMs: number): Promise<void> {
  const appender = spawn(process.execPath, [APPENDER, path, log, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(appender, 'exit')
  await once(appender.stdout, 'data')
  await delay(afterMs)
  appender.kill('SIGKILL')
  expect(await exit).toEqual([null, 'SIGKILL'])
}

interface Promised {
  committed: Set<number>
  releasing: Set<number>
  released: Set<number>
  read: Set<number>
}

function readLog(log: string): Promised {
  const promised: Promised = {
    committed: new Set(),
    releasing: new Set(),
    released: new Set(),
    read: new Set(),
  }
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1)
  const sets = { c: promised.committed, r: promised.releasing, x: promised.released, g: promised.read }
  for (const line of lines) sets[line[0] as keyof typeof sets].add(Number(line.slice(2)))
  return promised
}

/** Resolves with the last number that ever reached the journal. */
async function check(journal: Journal, promised: Promised, context: string): Promise<number> {
  const messages = await readAll(journal)
  const numbers = messages.map((message) => Number(Buffer.from(message.payload).toString()))
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1]
    // No gap and no message twice: positions and the numbers both count one by one.
    if (before) expect(message.position, context).toBe((before.position ?? 0) + 1)
    expect(numbers[index], context).toBe(message.position)
  }
  const kept = new Set(numbers)
  const lost = [...promised.committed].filter((number) => !kept.has(number) && !promised.read.has(number))
  expect(lost, context).toEqual([])
  const last = numbers.at(-1) ?? Math.max(0, ...promised.read)
  expect(journal.listAccepted()[0]?.accepted ?? 0, context).toBe(last)
  for (const number of promised.committed) {
    if (number % 3 !== 0) continue
    if (promised.released.has(number)) expect(journal.hasReceived('session', number), context).toBe(false)
    else if (!promised.releasing.has(number))
      expect(journal.hasReceived('session', number), context).toBe(true)
  }
  return last
}

async function readAll(journal: Journal): Promise<Message[]> {
  const source = journal.openSource()
  const messages: Message[] = []
  while (messages.length < journal.stats().pendingMessages) messages.push(...(await source.read(1_000)))
  await source.close()
  return messages
}

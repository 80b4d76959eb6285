import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Journal, openJournal, type RetainedMessage } from '../../broker/journal.ts'
import { silentLogger } from '../../model/logger.ts'
import type { MessageSource } from '../../model/message-source.ts'
import { createRandom, type Random } from '../../model/random.ts'

const RUNS = 4
const STEPS = 200
const AUTHORITIES = ['alpha', 'beta', 'gamma']

test('a random history of appends, reads, forgets and reopenings leaves what a simple model says', async () => {
  for (let run = 0; run < RUNS; run += 1) {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const folder = mkdtempSync(join(tmpdir(), 'kerbside-journal-'))
    try {
      await compareWithModel(createRandom(seed), join(folder, 'journal.sqlite'))
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}, 180_000)

interface Appended {
  authority: string
  device: string
  topic: string
  payload: string
  readings: number
}

async function compareWithModel(random: Random, path: string): Promise<void> {
  let now = 1_000_000
  const clock = { now: () => now, speed: 1 }
  const open = (): Promise<Journal> => openJournal({ path, clock, logger: silentLogger })
  const below = (count: number): number => Math.floor(random() * count)

  const appended: Appended[] = []
  const accepted = new Map<string, number>()
  /** By id received at QoS 2, what it carried. */
  const received = new Map<number, string>()
  const retained = new Map<string, Map<string, RetainedMessage>>()
  /** By device, the first time that its next readings may have. */
  const nextTimes = new Map<string, number>()
  const givenTimes = new Map<number, number>()
  const commits: Promise<void>[] = []
  let forgotten = 0
  let readTo = 0
  let journal = await open()
  let source: MessageSource = journal.openSource()
  const { id } = journal

  const steps: (() => Promise<void> | void)[] = [
    append,
    append,
    append,
    readSome,
    readSome,
    reopenSource,
    () => {
      now += below(2_000)
    },
    releaseOne,
    settle,
    async () => {
      if (random() < 0.2) await reopen()
    },
  ]
  for (let step = 0; step < STEPS; step += 1) await steps[below(steps.length)]?.()
  await reopen()
  while (readTo < appended.length) await readSome()
  await check()
  await journal.close()

  function append(): void {
    for (let count = below(20); count >= 0; count -= 1) {
      const authority = AUTHORITIES[below(AUTHORITIES.length)] ?? ''
      const device = `device-${below(4)}`
      const messageId = random() < 0.2 ? 1 + below(30) : undefined
      const readings = random() < 0.2 ? 0 : 1 + below(random() < 0.1 ? 1_000 : 3)
      // No JSON, so that each of its readings takes a time.
      const payload =
        random() < 0.1 ? '' : `x${String(appended.length).repeat(1 + below(random() < 0.1 ? 9_000 : 9))}`
      const topic = `${authority}/${device}/größe-${below(3)}`
      const isRetained = random() < 0.2
      const { promise, resolve } = Promise.withResolvers<void>()
      journal.append(
        {
          authority,
          device,
          topic,
          payload: Buffer.from(payload),
          readingCount: readings,
          received: messageId === undefined ? undefined : { session: 'session', messageId },
          retained: isRetained ? { qos: 1, properties: { n: appended.length } } : undefined,
        },
        resolve,
      )
      commits.push(promise)
      if (messageId !== undefined && received.get(messageId) === payload) continue
      if (messageId !== undefined) received.set(messageId, payload)
      if (isRetained) retain(authority, topic, payload)
      appended.push({ authority, device, topic, payload, readings })
      accepted.set(authority, (accepted.get(authority) ?? 0) + readings)
    }
  }

  function retain(authority: string, topic: string, payload: string): void {
    const topics = retained.get(authority) ?? new Map()
    retained.set(authority, topics)
    if (payload === '') topics.delete(topic)
    else
      topics.set(topic, { topic, payload: Buffer.from(payload), qos: 1, properties: { n: appended.length } })
  }

  async function settle(): Promise<void> {
    await Promise.all(commits.splice(0))
  }

  async function readSome(): Promise<void> {
    await settle()
    if (readTo === appended.length) return
    const messages = await source.read(1 + below(60))
    expect(messages.length).toBeGreaterThan(0)
    for (const message of messages) {
      const model = appended[readTo]
      readTo += 1
      expect(message).toMatchObject({ position: readTo, authority: model?.authority, topic: model?.topic })
      expect(Buffer.from(message.payload).toString()).toBe(model?.payload)
      checkTime(message.receivedTime, readTo, model)
    }
    if (random() < 0.5) return
    forgotten = readTo
    await source.forget(messages)
  }

  function checkTime(time: number, position: number, model: Appended | undefined): void {
    const given = givenTimes.get(position)
    // A message that is read again has the time that it had.
    if (given !== undefined) expect(time).toBe(given)
    else {
      const device = `${model?.authority}/${model?.device}`
      if (model?.readings) {
        expect(time).toBeGreaterThanOrEqual(nextTimes.get(device) ?? 0)
        nextTimes.set(device, time + model.readings)
      }
      givenTimes.set(position, time)
    }
  }

  function reopenSource(): void {
    source = journal.openSource()
    readTo = forgotten
  }

  async function releaseOne(): Promise<void> {
    const messageId = 1 + below(30)
    received.delete(messageId)
    const { promise, resolve } = Promise.withResolvers<void>()
    journal.release('session', messageId, resolve)
    commits.push(promise)
  }

  async function reopen(): Promise<void> {
    await journal.close()
    // A clock for replays begins anew with each start, so it may well go back.
    if (random() < 0.3) now -= below(5_000)
    journal = await open()
    expect(journal.id).toBe(id)
    await settle()
    reopenSource()
    await check()
  }

  async function check(): Promise<void> {
    expect(journal.stats().pendingMessages).toBe(appended.length - forgotten)
    expect(new Map(journal.listAccepted().map((report) => [report.authority, report.accepted]))).toEqual(
      accepted,
    )
    for (const { authority, oldestPendingTime } of journal.listAccepted()) {
      const isPending = appended
        .slice(forgotten)
        .some((one) => one.authority === authority && one.readings > 0)
      expect(oldestPendingTime !== null).toBe(isPending)
    }
    for (let messageId = 1; messageId <= 30; messageId += 1) {
      expect(journal.hasReceived('session', messageId)).toBe(received.has(messageId))
    }
    for (const authority of AUTHORITIES) {
      const kept = [...(await journal.listRetained(authority))].map((one) => ({
        ...one,
        payload: Buffer.from(one.payload),
      }))
      const model = [...(retained.get(authority)?.values() ?? [])]
      expect(kept.sort(byTopic)).toEqual(model.sort(byTopic))
    }
  }
}

function byTopic(a: RetainedMessage, b: RetainedMessage): number {
  return a.topic < b.topic ? -1 : 1
}

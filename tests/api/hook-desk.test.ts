import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { HookDesk } from '../../api/hook-desk.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { findFreePort } from '../fixtures/find-free-port.ts'
import { type HookReceiver, startHookReceiver } from '../fixtures/start-hook-receiver.ts'
import { verifyHookMessage } from '../fixtures/verify-hook-message.ts'
import { type HookTown, openHookTown } from './hook-town.ts'

const HOUR_SECONDS = 3_600
const list = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at + 1}`)
const devicesOf = ({ messages }: HookReceiver) => messages.map(({ json }) => json.data.device)
const distinct = (values: readonly string[]) => [...new Set(values)]

/** Lets the time pass, in steps, with a look at each. */
async function pass({ clock }: HookTown, desk: HookDesk, seconds: number, stepSeconds = 30): Promise<void> {
  for (let passed = 0; passed < seconds; passed += stepSeconds) {
    clock.advance(stepSeconds)
    await desk.look()
  }
}

describe('a hook', () => {
  test('is told of what it wants, in order, once each, signed', async () => {
    const town = await openHookTown()
    const receiver = await startHookReceiver()
    await town.raise(['before'])
    const secret = await town.createHook('all', { url: receiver.url })
    await town.createHook('fires', { url: `${receiver.url}/fires`, events: ['raised'], conditions: ['fire'] })
    await town.raise(['a', 'b'])
    await town.raise(['c'], { condition: 'fire', severity: 'critical' })
    await town.raise(['elsewhere'], { authority: 'beta' })
    await town.clearAll()
    const desk = town.openDesk()
    await desk.look()
    await desk.look()

    const all = receiver.messages.filter(({ path }) => path === '/alerts')
    for (const { headers, body } of all) verifyHookMessage(headers, body, { secret, now: town.clock.now() })
    expect(all.map(({ json }) => `${json.type} ${json.data.device}`)).toEqual([
      'alert.raised a',
      'alert.raised b',
      'alert.raised c',
      // As the town cleared them: the newest first.
      'alert.cleared c',
      'alert.cleared b',
      'alert.cleared a',
      'alert.cleared before',
    ])
    expect(distinct(all.map(({ id }) => id))).toHaveLength(all.length)
    expect(all[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Kerbside/0.0.0-test',
    })
    const fires = receiver.messages.filter(({ path }) => path === '/alerts/fires')
    expect(fires.map(({ json }) => json.data.device)).toEqual(['c'])
    // One event has one id, whoever is told of it.
    expect(fires[0]?.id).toBe(all[2]?.id)
    expect(await town.deliveries('fires')).toMatchObject([
      { messageId: fires[0]?.id, status: 'delivered', attempts: 1, statusCode: 204, problem: null },
    ])
    // What it does not want is done with, too.
    expect(await town.registry.listDueHooks(town.clock.now())).toEqual([])
  })

  test('that was away for an hour is told of everything since once it is back, in order, once each', async () => {
    const town = await openHookTown()
    const receiver = await startHookReceiver()
    await town.createHook('duty', { url: `http://127.0.0.1:${await findFreePort()}/` })
    const desk = town.openDesk()
    const devices = list('bin', 30)
    await town.raise(devices.slice(0, 10))
    await pass(town, desk, HOUR_SECONDS / 2)
    const away = await town.getHook('duty')
    expect(away.progress).toMatchObject({ problem: expect.stringContaining('ECONNREFUSED') })
    expect(away.progress.attempts).toBeGreaterThan(5)
    const { hook } = away
    await town.registry.updateHook('alpha', 'duty', { hook: { ...hook, url: receiver.url } }, 'test')
    receiver.answer = (response) => void response.writeHead(503).end('starting')
    await town.raise(devices.slice(10, 20))
    await pass(town, desk, HOUR_SECONDS / 2)
    // Only what is next is tried.
    expect(distinct(devicesOf(receiver))).toEqual(['bin-1'])
    expect(await town.deliveries('duty')).toMatchObject([{ status: 'waiting', problem: 'it answered 503' }])
    await town.raise(devices.slice(20))

    const before = receiver.messages.splice(0)
    receiver.answer = (response) => void response.writeHead(200).end('ok')
    await pass(town, desk, 12 * 60)
    expect(devicesOf(receiver)).toEqual(devices)
    expect(distinct(receiver.messages.map(({ id }) => id))).toHaveLength(30)
    // By this it is known again.
    expect(distinct(before.map(({ id }) => id))).toEqual([receiver.messages[0]?.id])
    expect((await town.deliveries('duty')).map(({ status }) => status)).toEqual(Array(30).fill('delivered'))
    expect((await town.getHook('duty')).progress).toMatchObject({ failingSince: null, problem: null })
  })

  test('that answers slowly, or not at all, holds nothing else up', async () => {
    const town = await openHookTown()
    const slow = await startHookReceiver()
    const quick = await startHookReceiver()
    slow.answer = () => undefined
    for (const id of list('slow', 19)) await town.createHook(id, { url: slow.url })
    await town.createHook('then-quick', { url: quick.url })
    await town.createHook('then-quick', { url: `${quick.url}/beta`, authority: 'beta' })
    await town.raise(['a'])
    await town.raise(['a'], { authority: 'beta' })
    const desk = town.openDesk()
    desk.start()
    await eventually(() => quick.messages.map(({ path }) => path).toSorted()).toEqual([
      '/alerts',
      '/alerts/beta',
    ])
    await eventually(() => slow.messages.length).toBe(19)
    await town.raise(['b'])
    await eventually(() => devicesOf(quick).filter((device) => device === 'b')).toEqual(['b'])
    const { items } = await town.registry.listHooks('alpha', { limit: 20 })
    expect(items.filter(({ progress }) => progress.deliveredTime !== null)).toHaveLength(1)
    await desk.close()
    // What was cut off by ourselves is no failure of the receiver.
    expect((await town.getHook('slow-1')).progress.attempts).toBe(0)
  }, 60_000)

  test('that begins an answer without an end has taken it', async () => {
    const town = await openHookTown()
    const receiver = await startHookReceiver()
    receiver.answer = (response) => void response.writeHead(200).write('x'.repeat(100_000))
    await town.createHook('duty', { url: receiver.url })
    await town.raise(['a'])
    await town.openDesk().look()
    expect(await town.deliveries('duty')).toMatchObject([{ status: 'delivered', statusCode: 200 }])
  })

  test('that answers 410 is told no more, until somebody resumes it: then it goes on where it was', async () => {
    const town = await openHookTown()
    const receiver = await startHookReceiver()
    receiver.answer = (response) => void response.writeHead(410).end()
    await town.createHook('duty', { url: receiver.url })
    const desk = town.openDesk()
    await town.raise(['a', 'b'])
    await desk.look()
    await pass(town, desk, HOUR_SECONDS)
    expect(devicesOf(receiver)).toEqual(['a'])
    const { pausedTime, pauseNote } = await town.getHook('duty')
    expect([pausedTime, pauseNote]).toEqual([
      Date.parse('2026-02-16T12:00:00Z'),
      'the receiver answered 410 Gone: it wants no more',
    ])
    receiver.answer = (response) => void response.writeHead(204).end()
    await town.registry.updateHook('alpha', 'duty', { isPaused: false }, 'test')
    await desk.look()
    expect(devicesOf(receiver)).toEqual(['a', 'a', 'b'])
  })

  test('that takes one event not at all gives it up after a day, with a note, and is told of the next', async () => {
    const town = await openHookTown()
    const receiver = await startHookReceiver()
    receiver.answer = (response, { json }) => {
      response.writeHead(json.data.device === 'poison' ? 500 : 204).end()
    }
    await town.createHook('duty', { url: receiver.url })
    await town.raise(['poison', 'b'])
    const desk = town.openDesk()
    await pass(town, desk, 26 * HOUR_SECONDS, 600)
    expect(devicesOf(receiver).at(-1)).toBe('b')
    expect(await town.deliveries('duty')).toMatchObject([
      {
        status: 'given-up',
        statusCode: 500,
        note: expect.stringMatching(/^given up after \d+ tries in 25 hours/),
      },
      { status: 'delivered', attempts: 1, note: null },
    ])
  }, 60_000)

  test('that nothing can be delivered to for three days is paused, and says why', async () => {
    const town = await openHookTown()
    await town.createHook('duty', { url: `http://127.0.0.1:${await findFreePort()}/` })
    await town.raise(list('bin', 5))
    await pass(town, town.openDesk(), 73 * HOUR_SECONDS, 1_800)
    const { pauseNote, progress } = await town.getHook('duty')
    expect(pauseNote).toBe('nothing could be delivered for 72 hours')
    expect(progress.problem).toContain('ECONNREFUSED')
    const statuses = (await town.deliveries('duty')).map(({ status }) => status)
    expect(statuses).toEqual(['given-up', 'given-up', 'waiting'])
  }, 60_000)
})

describe('the desk', () => {
  test('goes on where another process has ended, in the middle: in order, nothing left out', async () => {
    const path = join(await createFolder(), 'registry.sqlite')
    const first = await openHookTown({ path })
    const receiver = await startHookReceiver()
    await first.createHook('duty', { url: receiver.url })
    const devices = list('bin', 40)
    await first.raise(devices)
    const ending = first.openDesk()
    let closing: Promise<void> | undefined
    receiver.answer = (response) => {
      if (receiver.messages.length === 15) closing = ending.close()
      response.writeHead(204).end()
    }
    await ending.look()
    await closing
    const told = receiver.messages.length
    expect(told).toBeLessThan(40)

    const second = await openHookTown({ path, clock: first.clock })
    await second.openDesk().look()
    expect(distinct(devicesOf(receiver))).toEqual(devices)
    // Ended in peace, it has kept all that was taken.
    expect(receiver.messages).toHaveLength(40)
  })

  test('of two processes one tells, and where it is gone the other one does', async () => {
    const path = join(await createFolder(), 'registry.sqlite')
    const first = await openHookTown({ path })
    const second = await openHookTown({ path, clock: first.clock })
    const receiver = await startHookReceiver()
    await first.createHook('duty', { url: receiver.url })
    const devices = list('bin', 30)
    await first.raise(devices.slice(0, 20))
    const desks = [first.openDesk(), second.openDesk()] as const
    await Promise.all([...desks, ...desks].map((desk) => desk.look()))
    expect(devicesOf(receiver)).toEqual(devices.slice(0, 20))
    await desks[0].close()
    await second.raise(devices.slice(20))
    // It asks for the lease every two seconds.
    desks[1].start()
    await eventually(() => devicesOf(receiver)).toEqual(devices)
  }, 60_000)

  test('that was cut off before it could keep what was taken tells it again, under the same id', async () => {
    const town = await openHookTown()
    const receiver = await startHookReceiver()
    await town.createHook('duty', { url: receiver.url })
    await town.raise(['a'])
    const before = await town.getHook('duty')
    const recordHookTry = () => Promise.reject(new Error('the registry is away'))
    const cutOff = town.openDesk({ registry: { ...town.registry, recordHookTry } })
    await cutOff.look()
    await cutOff.close()
    expect(await town.getHook('duty')).toEqual(before)
    await town.openDesk().look()
    expect(devicesOf(receiver)).toEqual(['a', 'a'])
    expect(distinct(receiver.messages.map(({ id }) => id))).toHaveLength(1)
    expect(await town.deliveries('duty')).toMatchObject([{ status: 'delivered', attempts: 1 }])
  })
})

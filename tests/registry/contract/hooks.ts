import { describe, expect, test } from 'vitest'
import { type Hook, type HookDelivery, NEW_HOOK_PROGRESS } from '../../../model/hook.ts'
import type { HookOutcome, HookRecord, Registry } from '../../../registry/registry.ts'
import { createAlert } from './alerts.ts'
import { ACTOR, openFor, openWithAuthorities, type RegistryHarness } from './harness.ts'

const TIME = Date.parse('2026-02-16T12:00:00Z')
const DAY_MS = 86_400_000
const HOOK: Hook = {
  id: 'duty',
  name: 'Duty officer',
  url: 'https://town.example/alerts?token=very-secret',
  email: null,
  events: ['raised', 'cleared'],
  conditions: ['fire'],
}
const SEALED = Uint8Array.of(1, 2, 0, 255)

async function raise(registry: Registry, authority: string, device: string): Promise<number> {
  const events = await registry.recordAlerts(
    authority,
    { raised: [createAlert('fire', device)], cleared: [] },
    TIME,
  )
  return events.at(-1)?.sequence ?? expect.fail('nothing was raised')
}

function createDelivery(sequence: number, changes: Partial<HookDelivery> = {}): HookDelivery {
  return {
    sequence,
    messageId: `evt_${sequence}`,
    status: 'delivered',
    type: 'raised',
    alertId: 'a',
    eventTime: TIME,
    attempts: 1,
    triedTime: TIME,
    statusCode: 204,
    problem: null,
    note: null,
    ...changes,
  }
}

function createTry(position: number, changes: Partial<HookOutcome> = {}): HookOutcome {
  const progress = { ...NEW_HOOK_PROGRESS, deliveredTime: TIME }
  return { position, nextTime: TIME, progress, pauseNote: null, deliveries: [], ...changes }
}

function createFailure({ position }: HookRecord, sequence: number, pauseNote: string | null = null) {
  const progress = { ...NEW_HOOK_PROGRESS, attempts: 3, triedSince: 5, failingSince: 5, problem: 'no answer' }
  const deliveries = [createDelivery(sequence, { status: 'waiting', attempts: 3, problem: 'no answer' })]
  return createTry(position, { nextTime: TIME + 40_000, progress, pauseNote, deliveries })
}

export function describeHooks(harness: RegistryHarness): void {
  describe('hooks', () => {
    test('one is created, changed, paused and deleted, and what it is known by is in no audit', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const created = await registry.createHook('alpha', HOOK, SEALED, ACTOR)
      expect(created).toMatchObject({
        authority: 'alpha',
        hook: HOOK,
        sealed: SEALED,
        nextTime: 0,
        progress: NEW_HOOK_PROGRESS,
        pausedTime: null,
        pauseNote: null,
      })
      expect(await registry.getHook('alpha', 'duty')).toEqual(created)
      await expect(registry.createHook('alpha', HOOK, null, ACTOR)).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      })
      await expect(registry.createHook('gamma', HOOK, null, ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      const hook = { ...HOOK, name: 'Night shift\0' }
      const changed = await registry.updateHook('alpha', 'duty', { hook, isPaused: true }, ACTOR)
      expect(changed).toMatchObject({ hook: { name: 'Night shift\uFFFD' }, sealed: SEALED, pauseNote: null })
      expect(changed.pausedTime).toBeTypeOf('number')
      expect(changed.version > created.version).toBe(true)
      const sealed = Uint8Array.of(9)
      expect(await registry.updateHook('alpha', 'duty', { sealed, isPaused: false }, ACTOR)).toMatchObject({
        hook: changed.hook,
        sealed,
        pausedTime: null,
      })
      const person: Hook = { ...HOOK, id: 'person', url: null, email: 'ann@town.example', conditions: null }
      await registry.createHook('alpha', person, null, ACTOR)
      expect((await registry.listHooks('alpha', { limit: 1 })).items).toMatchObject([
        { hook: { id: 'duty' } },
      ])
      expect((await registry.listHooks('alpha', { limit: 5, after: 'duty' })).items).toMatchObject([
        { hook: person, sealed: null },
      ])
      expect((await registry.listHooks('beta', { limit: 5 })).items).toEqual([])
      await registry.deleteHook('alpha', 'duty', ACTOR)
      for (const attempt of [
        () => registry.getHook('alpha', 'duty'),
        () => registry.updateHook('alpha', 'duty', {}, ACTOR),
        () => registry.deleteHook('alpha', 'duty', ACTOR),
        () => registry.getHook('beta', 'person'),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' })
      }
      const { items } = await registry.listAudit('alpha', { limit: 50 })
      const actions = items.map(({ action }) => action)
      expect(actions).toEqual(expect.arrayContaining(['hook.create', 'hook.update', 'hook.delete']))
      expect(JSON.stringify(items)).toContain('https://town.example')
      expect(JSON.stringify(items)).not.toContain('very-secret')
    })

    test('one is due where there are events that came after it, it is not paused, and it is time', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await raise(registry, 'alpha', 'bin-1')
      await registry.createHook('alpha', HOOK, SEALED, ACTOR)
      await registry.createHook('beta', HOOK, SEALED, ACTOR)
      expect(await registry.listDueHooks(TIME)).toEqual([])
      const sequence = await raise(registry, 'alpha', 'bin-2')
      const [due = expect.fail(), ...others] = await registry.listDueHooks(TIME)
      expect(due).toEqual(await registry.getHook('alpha', 'duty'))
      expect(others).toEqual([])

      await registry.updateHook('alpha', 'duty', { isPaused: true }, ACTOR)
      expect(await registry.listDueHooks(TIME)).toEqual([])
      await registry.updateHook('alpha', 'duty', { isPaused: false }, ACTOR)
      const [again = expect.fail()] = await registry.listDueHooks(TIME)
      expect(await registry.recordHookTry(again, createFailure(again, sequence))).toBe(true)
      expect(await registry.listDueHooks(TIME + 39_999)).toEqual([])
      expect(await registry.listDueHooks(TIME + 40_000)).toMatchObject([{ progress: { attempts: 3 } }])
      expect(await registry.recordHookTry(again, createTry(sequence))).toBe(true)
      expect(await registry.listDueHooks(TIME + DAY_MS)).toEqual([])

      await raise(registry, 'alpha', 'bin-3')
      await raise(registry, 'beta', 'bin-1')
      // It was never served, the other one was at TIME.
      expect(await registry.listDueHooks(TIME)).toMatchObject([{ authority: 'beta' }, { authority: 'alpha' }])
    })

    test('of two that tried the same one is heard, and of who tried what was changed meanwhile only success', async () => {
      const place = await harness.createPlace()
      const registry = await openFor(place)
      const other = await openFor(place)
      await registry.createAuthority({ id: 'alpha', name: 'A', timeZone: 'UTC', published: [] }, ACTOR)
      const record = await registry.createHook('alpha', HOOK, SEALED, ACTOR)
      const first = await raise(registry, 'alpha', 'bin-1')
      const heard = await Promise.all(
        [registry, other].map((each) =>
          each.recordHookTry(record, createTry(first, { deliveries: [createDelivery(first)] })),
        ),
      )
      expect(heard.filter((isHeard) => isHeard)).toHaveLength(1)

      const second = await raise(registry, 'alpha', 'bin-2')
      const before = await registry.getHook('alpha', 'duty')
      expect(before.position).toBe(first)
      const changed = await registry.updateHook('alpha', 'duty', { isPaused: true }, ACTOR)
      expect(await registry.recordHookTry(before, createFailure(before, second, 'gone'))).toBe(false)
      // Left out by what it wanted before.
      expect(await registry.recordHookTry(before, createTry(second))).toBe(false)
      expect(await registry.getHook('alpha', 'duty')).toEqual(changed)
      const delivered = createTry(second, { deliveries: [createDelivery(second)] })
      expect(await registry.recordHookTry(before, delivered)).toBe(true)
      expect(await registry.getHook('alpha', 'duty')).toMatchObject({
        position: second,
        pausedTime: changed.pausedTime,
      })

      const third = await raise(registry, 'alpha', 'bin-3')
      const now = await registry.getHook('alpha', 'duty')
      expect(await registry.recordHookTry(now, createFailure(now, third, 'answered 410'))).toBe(true)
      expect((await registry.getHook('alpha', 'duty')).pauseNote).toBe('answered 410')
      expect(await registry.updateHook('alpha', 'duty', { isPaused: false }, ACTOR)).toMatchObject({
        position: second,
        pauseNote: null,
        nextTime: 0,
        progress: { attempts: 0, failingSince: null },
      })
      await registry.deleteHook('alpha', 'duty', ACTOR)
      expect(await registry.recordHookTry(now, createTry(third))).toBe(false)
    })

    test('what became of events is listed newest first, changed as it is tried, and gone with the hook', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      let record = await registry.createHook('alpha', HOOK, SEALED, ACTOR)
      const sequences: number[] = []
      for (const device of ['bin-1', 'bin-2', 'bin-3']) sequences.push(await raise(registry, 'alpha', device))
      const [first = 0, second = 0, third = 0] = sequences
      await registry.recordHookTry(record, createFailure(record, first))
      const waiting = await registry.listHookDeliveries('alpha', 'duty', { limit: 10 })
      expect(waiting.items).toMatchObject([{ sequence: first, status: 'waiting', problem: 'no answer' }])
      const deliveries = [createDelivery(first), createDelivery(second), createDelivery(third)]
      await registry.recordHookTry(record, createTry(third, { deliveries }))
      const page = await registry.listHookDeliveries('alpha', 'duty', { limit: 2 })
      expect(page).toEqual({ items: [deliveries[2], deliveries[1]], next: String(second) })
      const rest = await registry.listHookDeliveries('alpha', 'duty', { limit: 2, after: String(second) })
      expect(rest).toEqual({ items: [deliveries[0]], next: null })
      expect((await registry.listHookDeliveries('beta', 'duty', { limit: 2 })).items).toEqual([])

      record = await registry.getHook('alpha', 'duty')
      const many = Array.from({ length: 1_000 }, (_, index) => createDelivery(third + 1 + index))
      await registry.recordHookTry(record, createTry(third + 1_000, { deliveries: many }))
      const limits = { quarantinedBefore: 0, quarantinedMax: 10, quarantinedBytesMax: 10 }
      await registry.trim({ now: TIME + 1, ...limits })
      const kept = await registry.listHookDeliveries('alpha', 'duty', { limit: 5_000 })
      expect(kept.items).toHaveLength(1_000)
      expect(kept.items.at(-1)?.sequence).toBe(third + 1)
      await registry.trim({ now: TIME + 30 * DAY_MS + 1, ...limits })
      expect((await registry.listHookDeliveries('alpha', 'duty', { limit: 5 })).items).toEqual([])
      await registry.deleteAuthority('alpha', ACTOR)
      await expect(registry.getHook('alpha', 'duty')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('there are 20 at most', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      for (let index = 0; index < 20; index += 1) {
        await registry.createHook('alpha', { ...HOOK, id: `h${index}` }, null, ACTOR)
      }
      await expect(registry.createHook('alpha', HOOK, null, ACTOR)).rejects.toMatchObject({
        code: 'CONFLICT',
      })
      expect((await registry.listHooks('alpha', { limit: 100 })).items).toHaveLength(20)
    })
  })
}

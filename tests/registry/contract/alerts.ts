import { describe, expect, test } from 'vitest'
import type { NewAlert } from '../../../model/alert.ts'
import type { AlertCondition } from '../../../model/alert-condition.ts'
import { ACTOR, openFor, openWithAuthorities, type RegistryHarness } from './harness.ts'

const TIME = Date.parse('2026-02-16T12:00:00Z')
const DAY_MS = 86_400_000

export function createAlert(
  condition: AlertCondition,
  device: string | null,
  changes: Partial<NewAlert> = {},
): NewAlert {
  return {
    condition,
    severity: 'warning',
    kind: device === null ? null : 'bin',
    device,
    deviceName: null,
    longitude: null,
    latitude: null,
    summary: `${condition} of ${device}`,
    detail: { batteryPercent: 9 },
    ...changes,
  }
}

const NOTHING = { now: TIME, quarantinedBefore: 0, quarantinedMax: 1_000, quarantinedBytesMax: 1_000 }

export function describeAlerts(harness: RegistryHarness): void {
  describe('alerts', () => {
    test('are raised once, cleared once, and each is told in order', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const fire = createAlert('fire', 'bin-1', { severity: 'critical', longitude: 0.1, latitude: 51.5 })
      const raised = await registry.recordAlerts('alpha', { raised: [fire], cleared: [] }, TIME)
      expect(raised).toMatchObject([{ type: 'raised', authority: 'alpha', time: TIME, alert: fire }])
      const [{ alert } = expect.fail('nothing was raised')] = raised
      expect(alert).toMatchObject({ raisedTime: '2026-02-16T12:00:00.000Z', clearedTime: null })

      const tilt = createAlert('tilt', 'bin-1')
      const again = await registry.recordAlerts('alpha', { raised: [fire, tilt], cleared: [] }, TIME + 1)
      expect(again.map((event) => event.alert.condition)).toEqual(['tilt'])
      const others = await registry.recordAlerts('beta', { raised: [fire], cleared: [alert.id] }, TIME + 2)
      expect(others.map(({ type }) => type)).toEqual(['raised'])

      const cleared = await registry.recordAlerts('alpha', { raised: [], cleared: [alert.id] }, TIME + 3)
      expect(cleared).toMatchObject([
        { type: 'cleared', alert: { id: alert.id, clearedTime: '2026-02-16T12:00:00.003Z' } },
      ])
      expect(await registry.recordAlerts('alpha', { raised: [], cleared: [alert.id] }, TIME + 4)).toEqual([])
      const later = await registry.recordAlerts('alpha', { raised: [fire], cleared: [] }, TIME + 5)
      expect(later[0]?.alert.id).not.toBe(alert.id)

      const all = await registry.listAlertEvents({ after: 0, limit: 100 })
      expect(all).toEqual([...raised, ...again, ...others, ...cleared, ...later])
      const sequences = all.map(({ sequence }) => sequence)
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b))
      expect(await registry.getAlertSequence()).toBe(sequences.at(-1))
      const ofAlpha = await registry.listAlertEvents({
        authority: 'alpha',
        after: sequences[0] ?? 0,
        limit: 2,
      })
      expect(ofAlpha).toEqual([...again, ...cleared])
    })

    test('are listed newest first, those that are open or all', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const devices = ['a', 'b', 'c', 'd']
      const raised = devices.map((device) => createAlert('battery-low', device))
      const events = await registry.recordAlerts('alpha', { raised, cleared: [] }, TIME)
      const ids = events.map(({ alert }) => alert.id).toReversed()
      await registry.recordAlerts(
        'alpha',
        { raised: [createAlert('feed-stale', null)], cleared: [ids[1] ?? ''] },
        TIME,
      )
      const list = async (query: Parameters<typeof registry.listAlerts>[1]) => {
        const { items, next } = await registry.listAlerts('alpha', query)
        return { devices: items.map(({ device }) => device), next }
      }
      expect(await list({ limit: 10 })).toEqual({ devices: [null, 'd', 'c', 'b', 'a'], next: null })
      expect(await list({ limit: 10, state: 'open' })).toMatchObject({ devices: [null, 'd', 'b', 'a'] })
      expect(await list({ limit: 10, condition: 'battery-low', device: 'c' })).toMatchObject({
        devices: ['c'],
      })
      expect(await list({ limit: 10, condition: 'fire' })).toMatchObject({ devices: [] })
      const first = await list({ limit: 2, condition: 'battery-low' })
      expect(first).toEqual({ devices: ['d', 'c'], next: ids[1] })
      expect(await list({ limit: 2, after: ids[1] })).toEqual({ devices: ['b', 'a'], next: null })
      expect((await registry.listAlerts('beta', { limit: 10 })).items).toEqual([])
      await expect(registry.getAlert('beta', ids[0] ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('are acknowledged by somebody, which is audited, told, and may be taken back', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const [raised] = await registry.recordAlerts(
        'alpha',
        { raised: [createAlert('tilt', 'bin-1')], cleared: [] },
        TIME,
      )
      const id = raised?.alert.id ?? ''
      const by = { by: 'Dispatcher', note: 'on my way' }
      const acknowledged = await registry.acknowledgeAlert('alpha', id, by, ACTOR)
      expect(acknowledged).toMatchObject({ acknowledgedBy: 'Dispatcher', note: 'on my way' })
      expect(Date.parse(acknowledged.acknowledgedTime ?? '')).toBeGreaterThan(0)
      expect(await registry.getAlert('alpha', id)).toEqual(acknowledged)
      const cleared = await registry.recordAlerts('alpha', { raised: [], cleared: [id] }, TIME + 1)
      expect(cleared[0]?.alert).toMatchObject({ acknowledgedBy: 'Dispatcher', note: 'on my way' })
      const back = await registry.unacknowledgeAlert('alpha', id, ACTOR)
      expect(back).toMatchObject({ acknowledgedTime: null, acknowledgedBy: null, note: null })
      expect(await registry.unacknowledgeAlert('alpha', id, ACTOR)).toEqual(back)
      const events = await registry.listAlertEvents({ after: raised?.sequence ?? 0, limit: 10 })
      expect(events.map(({ type }) => type)).toEqual(['acknowledged', 'cleared', 'unacknowledged'])
      expect(events[0]?.alert).toEqual(acknowledged)
      const audited = (await registry.listAudit('alpha', { limit: 10 })).items.slice(1)
      expect(audited).toMatchObject([
        { action: 'alert.acknowledge', actor: ACTOR, target: id, detail: { note: 'on my way' } },
        { action: 'alert.unacknowledge', actor: ACTOR, target: id },
      ])
      await expect(registry.acknowledgeAlert('alpha', 'none', by, ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('alert "none"'),
      })
    })

    test('are still open for the next process, and gone with their authority', async () => {
      const place = await harness.createPlace()
      const first = await openFor(place)
      await first.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, ACTOR)
      const change = { raised: [createAlert('fire', 'bin-1')], cleared: [] }
      const [event] = await first.recordAlerts('alpha', change, TIME)
      const next = await openFor(place)
      expect(await next.recordAlerts('alpha', change, TIME + 1)).toEqual([])
      expect((await next.listAlerts('alpha', { limit: 5, state: 'open' })).items).toEqual([event?.alert])
      await next.deleteAuthority('alpha', ACTOR)
      await expect(next.recordAlerts('alpha', change, TIME + 2)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await next.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, ACTOR)
      expect((await next.listAlerts('alpha', { limit: 5 })).items).toEqual([])
      expect(await next.listAlertEvents({ after: 0, limit: 5 })).toEqual([])
      expect(await next.getAlertSequence()).toBe(event?.sequence)
    })

    test('two processes that raise at once raise one, and number what they tell in one order', async () => {
      const place = await harness.createPlace()
      const processes = [await openFor(place), await openFor(place)]
      await processes[0]?.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, ACTOR)
      const devices = Array.from({ length: 20 }, (_, index) => `bin-${index}`)
      const told = await Promise.all(
        devices.flatMap((device) =>
          processes.map((registry) =>
            registry.recordAlerts(
              'alpha',
              { raised: [createAlert('device-silent', device)], cleared: [] },
              TIME,
            ),
          ),
        ),
      )
      const events = told.flat()
      expect(events.map(({ alert }) => alert.device).sort()).toEqual(devices.toSorted())
      expect(new Set(events.map(({ sequence }) => sequence)).size).toBe(20)
    })

    test('are let go once they were cleared for a quarter, and what was told of them sooner', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const raised = [createAlert('tilt', 'old'), createAlert('tilt', 'open'), createAlert('tilt', 'recent')]
      const events = await registry.recordAlerts('alpha', { raised, cleared: [] }, TIME)
      const [old, , recent] = events.map(({ alert }) => alert.id)
      await registry.recordAlerts('alpha', { raised: [], cleared: [old ?? ''] }, TIME)
      await registry.recordAlerts('alpha', { raised: [], cleared: [recent ?? ''] }, TIME + 80 * DAY_MS)
      await registry.trim({ ...NOTHING, now: TIME + 93 * DAY_MS })
      const { items } = await registry.listAlerts('alpha', { limit: 5 })
      expect(items.map(({ device }) => device)).toEqual(['recent', 'open'])
      const left = await registry.listAlertEvents({ after: 0, limit: 10 })
      expect(left.map(({ type, alert }) => `${alert.device} ${type}`)).toEqual(['recent cleared'])
    })
  })
}

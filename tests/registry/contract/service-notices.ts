import { describe, expect, test } from 'vitest'
import { type ServiceAlert, serviceAlertSchema } from '../../../model/service-alert.ts'
import { serviceChangeSchema } from '../../../model/service-change.ts'
import { ACTOR, openWithAuthorities, type RegistryHarness } from './harness.ts'

function createAlert(id: string, changes: Partial<ServiceAlert> = {}): ServiceAlert {
  return {
    ...serviceAlertSchema.parse({
      id,
      header: [{ language: 'en', text: 'Road closed' }],
      informedEntities: [{ routeId: '70' }],
    }),
    ...changes,
  }
}

export function describeServiceNotices(harness: RegistryHarness): void {
  describe('service alerts and changes', () => {
    test('are kept as they are given, each kind and authority for itself', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const change = serviceChangeSchema.parse({ id: 'one', type: 'cancellation', tripId: 'trip/1' })
      await registry.createServiceNotice('alpha', 'service-alerts', createAlert('one'), ACTOR)
      await registry.createServiceNotice('alpha', 'service-changes', change, ACTOR)
      await registry.createServiceNotice('beta', 'service-alerts', createAlert('other'), ACTOR)
      expect(await registry.getServiceNotice('alpha', 'service-alerts', 'one')).toEqual(createAlert('one'))
      expect(await registry.getServiceNotice('alpha', 'service-changes', 'one')).toEqual(change)
      const again = registry.createServiceNotice('alpha', 'service-changes', change, ACTOR)
      await expect(again).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
      const missing = { code: 'NOT_FOUND', message: expect.stringContaining('service alert "other"') }
      await expect(registry.getServiceNotice('alpha', 'service-alerts', 'other')).rejects.toMatchObject(
        missing,
      )
      const { items } = await registry.listServiceNotices('alpha', 'service-alerts', { limit: 5 })
      expect(items).toEqual([createAlert('one')])

      await registry.deleteServiceNotice('alpha', 'service-changes', 'one', ACTOR)
      await expect(
        registry.deleteServiceNotice('alpha', 'service-changes', 'one', ACTOR),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' })
      const actions = (await registry.listAudit('alpha', { limit: 10 })).items.map(({ action }) => action)
      expect(actions.slice(1)).toEqual([
        'service_alert.create',
        'service_change.create',
        'service_change.delete',
      ])
    })

    test('have another version after each change, and go with their authority', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const versions = [await registry.getServiceNoticesVersion('alpha')]
      const note = async () => versions.push(await registry.getServiceNoticesVersion('alpha'))
      await registry.createServiceNotice('alpha', 'service-alerts', createAlert('b'), ACTOR)
      await note()
      await registry.createServiceNotice('alpha', 'service-alerts', createAlert('a'), ACTOR)
      await note()
      const changed = createAlert('b', { effect: 'DETOUR' })
      await registry.updateServiceNotice('alpha', 'service-alerts', changed, ACTOR)
      await note()
      await registry.deleteServiceNotice('alpha', 'service-alerts', 'a', ACTOR)
      await note()
      await registry.createServiceNotice('beta', 'service-alerts', createAlert('b'), ACTOR)
      expect(new Set(versions).size).toBe(5)
      expect(await registry.getServiceNoticesVersion('alpha')).toBe(versions.at(-1))
      expect(await registry.getServiceNotice('alpha', 'service-alerts', 'b')).toEqual(changed)
      await expect(
        registry.updateServiceNotice('alpha', 'service-alerts', createAlert('a'), ACTOR),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await registry.deleteAuthority('alpha', ACTOR)
      expect(await registry.getServiceNoticesVersion('alpha')).toBe(versions[0])
    })

    test('say when each was entered, or replaced last', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const before = Date.now()
      await registry.createServiceNotice('alpha', 'service-alerts', createAlert('a'), ACTOR)
      await registry.createServiceNotice('beta', 'service-alerts', createAlert('b'), ACTOR)
      const entered = await registry.listServiceNoticeTimes('alpha', 'service-alerts')
      expect([...entered.keys()]).toEqual(['a'])
      expect(Math.abs((entered.get('a') ?? 0) - before)).toBeLessThan(600_000)
      await registry.updateServiceNotice('alpha', 'service-alerts', createAlert('a'), ACTOR)
      const replaced = await registry.listServiceNoticeTimes('alpha', 'service-alerts')
      expect(replaced.get('a')).toBeGreaterThanOrEqual(entered.get('a') ?? Number.NaN)
      expect((await registry.listServiceNoticeTimes('alpha', 'works')).size).toBe(0)
    })

    test('are a thousand at most, listed by pages', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      for (let index = 0; index < 1_000; index++) {
        const id = `alert-${String(index).padStart(4, '0')}`
        await registry.createServiceNotice('alpha', 'service-alerts', createAlert(id), ACTOR)
      }
      const more = registry.createServiceNotice('alpha', 'service-alerts', createAlert('more'), ACTOR)
      await expect(more).rejects.toMatchObject({ code: 'CONFLICT' })
      const query = { limit: 600 }
      const first = await registry.listServiceNotices('alpha', 'service-alerts', query)
      const second = await registry.listServiceNotices('alpha', 'service-alerts', {
        ...query,
        after: first.next ?? '',
      })
      expect([first.items.length, second.items.length, second.next]).toEqual([600, 400, null])
    })
  })
}

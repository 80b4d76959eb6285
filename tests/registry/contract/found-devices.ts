import { describe, expect, test } from 'vitest'
import type { Finding } from '../../../model/found-device.ts'
import { ACTOR, openWithAuthorities, type RegistryHarness } from './harness.ts'

const TIME = Date.parse('2026-02-16T12:00:00Z')
const DAY_MS = 86_400_000

function finding(devEui: string, changes: Partial<Finding> = {}): Finding {
  return {
    devEui,
    connectionId: 'tts',
    network: 'tts',
    name: 'bin at the church',
    suggestedMapping: 'dingtek-df702',
    time: TIME,
    sample: '{"uplink_message":{}}',
    ...changes,
  }
}

export function describeFoundDevices(harness: RegistryHarness): void {
  describe('found devices', () => {
    test('uplinks of a device are counted, and the last one is kept', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const a = '00000000000000a1'
      const b = '00000000000000b2'
      await registry.recordFindings('alpha', [finding(b), finding(a, { name: null })])
      const later = finding(a, { time: TIME + 5, sample: 'x\0y', suggestedMapping: null, connectionId: 'c2' })
      expect(await registry.recordFindings('alpha', [finding(a, { time: TIME + 1 }), later])).toEqual([])
      const { items, next } = await registry.listFoundDevices('alpha', { limit: 1, isIgnored: false })
      expect(next).toBe(a)
      expect(items).toEqual([
        {
          devEui: a,
          connectionId: 'c2',
          network: 'tts',
          name: 'bin at the church',
          suggestedMapping: null,
          firstTime: TIME,
          lastTime: TIME + 5,
          uplinks: 3,
          isIgnored: false,
        },
      ])
      const rest = await registry.listFoundDevices('alpha', { limit: 5, after: a, isIgnored: false })
      expect(rest).toMatchObject({ items: [{ devEui: b }], next: null })
      expect(await registry.getFoundDevice('alpha', a)).toMatchObject({ uplinks: 3, sample: 'x\uFFFDy' })
      expect((await registry.listFoundDevices('beta', { limit: 5, isIgnored: false })).items).toEqual([])
      await expect(registry.getFoundDevice('beta', a)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await registry.forgetFoundDevices('beta', [a])).toEqual([])
      expect(await registry.forgetFoundDevices('alpha', [a, 'ffffffffffffffff'])).toEqual([a])
      expect(await registry.forgetFoundDevices('alpha', [a])).toEqual([])
      expect(await registry.getFoundDevice('alpha', b)).toMatchObject({ devEui: b })
      await expect(registry.getFoundDevice('alpha', a)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await registry.deleteAuthority('alpha', ACTOR)
    })

    test('one that is ignored is told as such, and listed apart', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const a = '00000000000000a1'
      await registry.recordFindings('alpha', [finding(a)])
      await registry.ignoreFoundDevice('alpha', a, ACTOR)
      expect(await registry.recordFindings('alpha', [finding(a), finding('00000000000000b2')])).toEqual([a])
      const shown = await registry.listFoundDevices('alpha', { limit: 5, isIgnored: false })
      expect(shown.items).toMatchObject([{ devEui: '00000000000000b2' }])
      const ignored = await registry.listFoundDevices('alpha', { limit: 5, isIgnored: true })
      expect(ignored.items).toMatchObject([{ devEui: a, uplinks: 2, isIgnored: true }])
      expect(await registry.getFoundDevice('alpha', a)).toMatchObject({ sample: null })
      await expect(registry.ignoreFoundDevice('alpha', 'ffffffffffffffff', ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      const { items } = await registry.listAudit('alpha', { limit: 10 })
      expect(items.at(-1)).toMatchObject({ action: 'found-device.ignore', target: a })
    })

    test('beyond 1,000 those heard longest ago are forgotten, and after 90 days all are', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const euiOf = (index: number) => index.toString(16).padStart(16, '0')
      const many = Array.from({ length: 1_000 }, (_, index) => finding(euiOf(index), { time: TIME + index }))
      await registry.recordFindings('alpha', many)
      await registry.recordFindings('alpha', [finding(euiOf(0), { time: TIME + 5_000 })])
      await registry.recordFindings('alpha', [finding(euiOf(1_000), { time: TIME + 5_001 })])
      const { items } = await registry.listFoundDevices('alpha', { limit: 5_000, isIgnored: false })
      expect(items).toHaveLength(1_000)
      expect(items[0]?.devEui).toBe(euiOf(0))
      expect(items[1]?.devEui).toBe(euiOf(2))
      const limits = { quarantinedBefore: 0, quarantinedMax: 10, quarantinedBytesMax: 10 }
      await registry.trim({ now: TIME + 90 * DAY_MS + 4_000, ...limits })
      const kept = await registry.listFoundDevices('alpha', { limit: 5_000, isIgnored: false })
      expect(kept.items.map(({ devEui }) => devEui)).toEqual([euiOf(0), euiOf(1_000)])
    })
  })
}

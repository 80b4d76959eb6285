import { describe, expect, test } from 'vitest'
import { openFor, type RegistryHarness } from './harness.ts'

const BIN = { authority: 'alpha', device: 'bin-1' }

export function describeReceiptTimes(harness: RegistryHarness): void {
  describe('times for readings that tell none', () => {
    test('what was claimed before is free for nobody, and where any time is it is 0', async () => {
      const registry = await openFor(await harness.createPlace())
      expect(await registry.claimReceiptTimes([])).toEqual([])
      const claim = (latestTime: number, slots: number) =>
        registry.claimReceiptTimes([{ ...BIN, latestTime, slots }])
      expect(await claim(1_000, 5)).toEqual([{ ...BIN, freeTime: 0 }])
      // By a clock that is behind: those from 1,005 on.
      expect(await claim(900, 10)).toEqual([{ ...BIN, freeTime: 1_005 }])
      expect(await claim(2_000, 1)).toEqual([{ ...BIN, freeTime: 1_015 }])
      expect(await claim(2_000, 1)).toEqual([{ ...BIN, freeTime: 2_001 }])
      const others = ['bin-1', 'bin-2'].flatMap((device) =>
        ['beta', 'alpha'].map((authority) => ({ authority, device, latestTime: 3_000, slots: 1 })),
      )
      const claimed = await registry.claimReceiptTimes(others)
      expect(
        claimed.map(({ authority, device, freeTime }) => [authority, device, freeTime]).toSorted(),
      ).toEqual([
        ['alpha', 'bin-1', 2_002],
        ['alpha', 'bin-2', 0],
        ['beta', 'bin-1', 0],
        ['beta', 'bin-2', 0],
      ])
    })

    test('two that claim at once for the same devices get times apart', async () => {
      const place = await harness.createPlace()
      const registries = [await openFor(place), await openFor(place)]
      const devices = Array.from({ length: 20 }, (_, index) => `bin-${index}`)
      const orders = [devices, devices.toReversed()]
      const answers = await Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          const order = orders[index % 2] ?? []
          const claims = order.map((device) => ({ authority: 'alpha', device, latestTime: 1_000, slots: 3 }))
          return registries[index % 2]?.claimReceiptTimes(claims) ?? []
        }),
      )
      for (const wanted of devices) {
        const starts = answers.flat().flatMap(({ device, freeTime }) => (device === wanted ? [freeTime] : []))
        const first = Array.from({ length: 59 }, (_, index) => 1_003 + 3 * index)
        expect(starts.toSorted((a, b) => a - b)).toEqual([0, ...first])
      }
    })

    test('they are forgotten a day after they have passed', async () => {
      const registry = await openFor(await harness.createPlace())
      const day = 86_400_000
      await registry.claimReceiptTimes([{ ...BIN, latestTime: 1_000, slots: 5 }])
      const trim = (now: number) =>
        registry.trim({ now, quarantinedBefore: 0, quarantinedMax: 10, quarantinedBytesMax: 10 })
      await trim(1_005 + day)
      const claim = () => registry.claimReceiptTimes([{ ...BIN, latestTime: 1_000, slots: 5 }])
      expect(await claim()).toEqual([{ ...BIN, freeTime: 1_005 }])
      await trim(1_011 + day)
      expect(await claim()).toEqual([{ ...BIN, freeTime: 0 }])
    })
  })
}

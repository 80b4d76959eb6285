import { describe, expect, test } from 'vitest'
import type { LorryRecord } from '../../store/reading-store.ts'
import { describeMeasurement, type MeasurementPlace } from './measurement-places.ts'

const TIME = Date.parse('2026-02-17T05:00:00Z')

function createRecord(lorry: string, fields: Partial<LorryRecord> = {}): LorryRecord {
  return {
    lorry,
    time: TIME,
    distanceM: 41_250,
    durationSeconds: 18_000,
    lifts: 64,
    tips: 2,
    litres: 15_400,
    kg: 1_848.5,
    isEstimated: true,
    ...fields,
  }
}

function describeRoundRecords(name: string, open: () => Promise<MeasurementPlace>): void {
  describe(name, () => {
    test('a round is found by lorry with its figures, and written twice it is there once', async () => {
      const place = await open()
      const lorries = [createRecord('eagle, 1'), createRecord('lorry-2', { lifts: 12, kg: 300 })]
      const record = { authority: 'leeds', round: '2026-02-17-ab', lorries }
      await place.store.writeRound(record)
      await place.store.writeRound(record)
      expect(await place.read('leeds')).toEqual(
        lorries.map((lorry) => ({ authority: 'leeds', round: '2026-02-17-ab', ...lorry })),
      )
    })

    test('a round that is written anew leaves nothing of what it was, and others as they are', async () => {
      const place = await open()
      await place.store.writeRound({
        authority: 'york',
        round: 'a',
        lorries: [createRecord('lorry-1'), createRecord('lorry-2')],
      })
      await place.store.writeRound({ authority: 'york', round: 'b', lorries: [createRecord('lorry-1')] })
      await place.store.writeRound({ authority: 'hull', round: 'a', lorries: [createRecord('lorry-1')] })
      const later = createRecord('lorry-1', { time: TIME + 60_000, lifts: 3 })
      await place.store.writeRound({ authority: 'york', round: 'a', lorries: [later] })
      const rows = async (authority: string) =>
        (await place.read(authority)).map(({ round, lorry, lifts }) => [round, lorry, lifts])
      expect(await rows('york')).toEqual([
        ['a', 'lorry-1', 3],
        ['b', 'lorry-1', 64],
      ])
      await place.store.writeRound({ authority: 'york', round: 'b', lorries: [] })
      expect(await rows('york')).toEqual([['a', 'lorry-1', 3]])
      await place.store.deleteAuthority('york')
      expect(await rows('york')).toEqual([])
      expect(await rows('hull')).toHaveLength(1)
    })
  })
}

describeMeasurement({ measurement: 'round', orderBy: ['round', 'lorry'] }, describeRoundRecords)

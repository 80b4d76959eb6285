import { expect, test } from 'vitest'
import { recordRound } from '../../api/record-round.ts'
import type { Round } from '../../model/round.ts'
import type { RoundRecord } from '../../store/reading-store.ts'
import { eventually } from '../fixtures/eventually.ts'
import { createTown, planRound } from './round-town.ts'

test('what a lorry is to do in a round that is done goes into the store as figures', async () => {
  const records: RoundRecord[] = []
  const own = await createTown()
  const { writeRound } = own.store
  own.store.writeRound = async (record) => {
    records.push(record)
    await writeRound(record)
  }
  const { round } = await planRound(own, {})
  await eventually(() => records.length).toBe(1)
  const [lorry] = round.lorries
  const lifts = lorry?.stops.filter(({ type }) => type === 'lift').length
  expect(records).toEqual([
    {
      authority: 'alpha',
      round: round.id,
      lorries: [
        {
          lorry: 'lorry-1',
          // 06:00 of Berlin's winter.
          time: Date.parse('2026-02-17T05:00:00Z'),
          distanceM: round.distanceM,
          durationSeconds: round.durationSeconds,
          lifts,
          tips: 1,
          litres: expect.closeTo(25 * 240 * 0.87, -2),
          kg: expect.closeTo(25 * 240 * 0.87 * 0.12, -1),
          isEstimated: true,
        },
      ],
    },
  ])
  await own.app.close()
  const now = own.clock.now() + 3_600_000
  const again = { owner: 'another', stage: 'record', now, until: now + 1 } as const
  expect(await own.registry.claimRound(again)).toBeUndefined()
})

test('a round whose authority was deleted leaves nothing', async () => {
  const own = await createTown()
  const { round } = await planRound(own, {})
  await own.app.close()
  const done: Round = { ...round, id: 'late' }
  await own.registry.createRound('alpha', { ...done, status: 'queued' })
  const claim = { owner: 'one', now: 0, until: 1 } as const
  const solving = await own.registry.claimRound({ ...claim, stage: 'solve' })
  if (!solving) throw new Error('there is one')
  await own.registry.finishRound(solving.lease, done)
  const recording = await own.registry.claimRound({ ...claim, stage: 'record', now: 10, until: 11 })
  if (!recording) throw new Error('there is one')
  await own.registry.deleteAuthority('alpha', 'installation')
  const records: RoundRecord[] = []
  const store = { ...own.store, writeRound: async (record: RoundRecord) => void records.push(record) }
  await recordRound({ registry: own.registry, store }, recording)
  expect(records.map(({ round: id, lorries }) => [id, lorries.length])).toEqual([
    ['late', 1],
    ['late', 0],
  ])
})

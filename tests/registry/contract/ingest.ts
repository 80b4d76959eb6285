import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import {
  ACTOR,
  createBin,
  createOutcome,
  createQuarantined,
  openWithAuthorities,
  type RegistryHarness,
} from './harness.ts'

export function describeIngest(harness: RegistryHarness): void {
  describe('what an ingest records', () => {
    test('a batch is counted once by its position, however often it is recorded', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      expect(await registry.findPosition('journal-1')).toBeUndefined()
      const outcome = createOutcome({
        position: 7,
        counts: [{ authority: 'alpha', stored: 5, quarantined: 1 }],
        quarantined: [createQuarantined({})],
      })
      expect(await registry.recordIngested(outcome)).toBe(true)
      expect(await registry.recordIngested(outcome)).toBe(false)
      expect(await registry.recordIngested({ ...outcome, position: 6 })).toBe(false)
      expect(await registry.findPosition('journal-1')).toBe(7)
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ stored: 5, quarantined: 1, accepted: 6 })
      expect((await registry.listQuarantined('alpha', { limit: 10 })).items).toHaveLength(1)
      // Another source has positions of its own.
      await registry.recordIngested({ ...outcome, source: 'journal-2' })
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ stored: 10, quarantined: 2 })
      expect(await registry.listSourceCounts('journal-2')).toEqual([
        { authority: 'alpha', accepted: 6, acceptedBefore: 0, stored: 5, quarantined: 1 },
      ])
    })

    test('a batch that does not follow the recorded position changes nothing', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const record = (followsPosition: number | undefined, position: number) =>
        registry.recordIngested(
          createOutcome({
            position,
            followsPosition,
            counts: [{ authority: 'alpha', stored: 1, quarantined: 1 }],
            quarantined: [createQuarantined({})],
            sequences: [{ authority: 'alpha', device: 'bin-1', sequence: position, hash: 'aa', time: 1 }],
          }),
        )
      // Nothing is recorded that it could follow.
      expect(await record(5, 8)).toBe(false)
      expect(await registry.findPosition('journal-1')).toBeUndefined()
      expect(await record(undefined, 8)).toBe(true)
      // These end beyond what is recorded, and begin before it.
      expect(await record(undefined, 10)).toBe(false)
      expect(await record(5, 10)).toBe(false)
      // This one begins behind a gap.
      expect(await record(9, 10)).toBe(false)
      expect(await registry.findPosition('journal-1')).toBe(8)
      expect(await record(8, 10)).toBe(true)
      expect(await record(10, 12)).toBe(true)
      expect(await registry.findPosition('journal-1')).toBe(12)
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ stored: 3, quarantined: 3 })
      expect(await registry.countQuarantined('alpha')).toEqual([{ reason: 'out_of_range', count: 3 }])
      const sequences = [8, 10, 12].map((sequence) => {
        return { authority: 'alpha', device: 'bin-1', sequence, hash: 'aa' }
      })
      expect(await registry.findSequences(sequences, 0)).toHaveLength(3)
    })

    test('a source without positions counts every batch', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const counts = [{ authority: 'alpha', stored: 2, quarantined: 0 }]
      await registry.recordIngested(createOutcome({ counts }))
      await registry.recordIngested(createOutcome({ counts: [...counts, ...counts] }))
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ stored: 6 })
      expect(await registry.findPosition('journal-1')).toBeUndefined()
    })

    test('what is pending is what was accepted beyond it, and how old the oldest is', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const report = (accepted: number, oldestPendingTime: number | null) =>
        registry.reportAccepted('journal-1', [{ authority: 'alpha', accepted, oldestPendingTime }])
      await report(10, 4_000)
      const empty = { stored: 0, quarantined: 0 }
      expect(await registry.getBalance('alpha', 6_500)).toEqual({
        ...empty,
        accepted: 10,
        pending: 10,
        lagSeconds: 2.5,
      })
      await registry.recordIngested(createOutcome({ counts: [{ authority: 'alpha', ...empty, stored: 12 }] }))
      expect(await registry.getBalance('alpha', 6_500)).toEqual({
        accepted: 12,
        stored: 12,
        quarantined: 0,
        pending: 0,
        lagSeconds: 0,
      })
      // A report that a later one overtook takes nothing back.
      await report(15, 5_000)
      await report(13, 1_000)
      expect(await registry.getBalance('alpha', 6_500)).toMatchObject({
        accepted: 15,
        pending: 3,
        lagSeconds: 1.5,
      })
      await registry.reportAccepted('journal-2', [
        { authority: 'alpha', accepted: 1, oldestPendingTime: 4_500 },
        { authority: 'nowhere', accepted: 1, oldestPendingTime: 4_500 },
      ])
      expect(await registry.getBalance('alpha', 6_500)).toMatchObject({
        accepted: 16,
        pending: 4,
        lagSeconds: 2,
      })
    })

    test('an authority created anew under an id is owed only what is still pending', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const report = (accepted: number) =>
        registry.reportAccepted('journal-1', [{ authority: 'alpha', accepted, oldestPendingTime: 1 }])
      const store = (stored: number) =>
        registry.recordIngested(createOutcome({ counts: [{ authority: 'alpha', stored, quarantined: 0 }] }))
      await report(10)
      await store(7)
      await registry.deleteAuthority('alpha', ACTOR)
      await store(1)
      await registry.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, ACTOR)
      expect(await registry.getBalance('alpha', 1)).toMatchObject({ accepted: 2, stored: 0, pending: 2 })
      await report(12)
      await store(4)
      expect(await registry.getBalance('alpha', 1)).toMatchObject({ accepted: 4, stored: 4, pending: 0 })
      expect(await registry.listSourceCounts('journal-1')).toEqual([
        { authority: 'alpha', accepted: 12, acceptedBefore: 8, stored: 4, quarantined: 0 },
      ])
    })

    test('a source that is settled has nothing pending, and keeps what it brought', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      for (const source of ['journal-1', 'journal-2']) {
        await registry.recordIngested(
          createOutcome({ source, counts: [{ authority: 'alpha', stored: 4, quarantined: 0 }] }),
        )
        await registry.reportAccepted(source, [{ authority: 'alpha', accepted: 10, oldestPendingTime: 500 }])
      }
      await registry.settleSource('journal-1')
      await registry.settleSource('journal-1')
      await registry.settleSource('nobody')
      const balance = { accepted: 14, stored: 8, quarantined: 0, pending: 6 }
      expect(await registry.getBalance('alpha', 1_500)).toEqual({ ...balance, lagSeconds: 1 })
      await registry.settleSource('journal-2')
      expect(await registry.getBalance('alpha', 1_500)).toMatchObject({ pending: 0, lagSeconds: 0 })
    })

    test('what is of an authority that is not there stops nothing', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.recordIngested(
        createOutcome({
          position: 1,
          counts: [
            { authority: 'nowhere', stored: 1, quarantined: 1 },
            { authority: 'alpha', stored: 1, quarantined: 0 },
          ],
          quarantined: [createQuarantined({ authority: 'nowhere' })],
          sequences: [{ authority: 'nowhere', device: 'x', sequence: 1, hash: 'aa', time: 1 }],
          statuses: [{ authority: 'nowhere', kind: 'bin', device: 'x', isOnline: true, time: 1 }],
        }),
      )
      expect(await registry.findPosition('journal-1')).toBe(1)
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ stored: 1 })
    })

    test('sequences are found by content since a time', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const seen = {
        authority: 'alpha',
        device: 'bin-1',
        sequence: 2 ** 53 - 1,
        hash: 'ab'.repeat(16),
        time: 50,
      }
      const old = { ...seen, sequence: -1, time: 10 }
      await registry.recordIngested(createOutcome({ sequences: [seen, seen, old] }))
      const { time: _, ...wanted } = seen
      const others = [
        { ...wanted, hash: 'cd'.repeat(16) },
        { ...wanted, authority: 'beta' },
        { ...wanted, device: 'bin-2' },
      ]
      expect(await registry.findSequences([wanted, ...others, { ...wanted, sequence: -1 }], 20)).toEqual([
        seen,
      ])
      expect(await registry.findSequences([], 0)).toEqual([])
      await registry.recordIngested(createOutcome({ sequences: [{ ...old, time: 60 }] }))
      expect(await registry.findSequences([{ ...wanted, sequence: -1 }], 20)).toEqual([{ ...old, time: 60 }])
    })

    test('of statuses the latest stays, of devices that are registered', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createDevices('alpha', [createBin('b'), createBin('a')], ACTOR)
      const status = (device: string, isOnline: boolean, time: number) =>
        ({ authority: 'alpha', kind: 'bin', device, isOnline, time }) as const
      await registry.recordIngested(
        createOutcome({
          statuses: [
            status('b', false, 20),
            status('b', true, 10),
            status('a', true, 5),
            status('stray', true, 5),
          ],
        }),
      )
      await registry.recordIngested(
        createOutcome({ statuses: [status('b', true, 15), status('a', false, 6)] }),
      )
      expect(await registry.listDeviceStatuses('alpha')).toEqual([
        status('a', false, 6),
        status('b', false, 20),
      ])
    })

    test('the balance holds over any order of batches, reports, replays and discards', async () => {
      const seed = Math.floor(Math.random() * 2 ** 32)
      const random = createRandom(seed)
      const pick = (limit: number): number => Math.floor(random() * limit)
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const expected = ['alpha', 'beta'].map((authority) => ({
        authority,
        stored: 0,
        quarantined: 0,
        bySource: new Map<string, { accepted: number; handled: number }>(),
      }))
      const positions = new Map<string, number>()
      for (let step = 0; step < 150; step += 1) {
        const source = `journal-${pick(2)}`
        const town = expected[pick(2)]
        if (!town) throw new Error('unreachable')
        const { authority } = town
        const counts = town.bySource.get(source) ?? { accepted: 0, handled: 0 }
        town.bySource.set(source, counts)
        const action = pick(5)
        if (action <= 1) {
          const stored = pick(20)
          const quarantined = Array.from({ length: pick(4) }, () => createQuarantined({ authority }))
          const isAgain = positions.has(source) && random() < 0.3
          const followsPosition = positions.get(source)
          const position = isAgain ? followsPosition : (followsPosition ?? 0) + 1 + pick(5)
          positions.set(source, position ?? 0)
          await registry.recordIngested(
            createOutcome({
              source,
              position,
              followsPosition: isAgain ? (position ?? 0) - 1 : followsPosition,
              counts: [{ authority, stored, quarantined: quarantined.length }],
              quarantined,
            }),
          )
          if (!isAgain) {
            town.stored += stored
            town.quarantined += quarantined.length
            counts.handled += stored + quarantined.length
          }
        } else if (action === 2) {
          counts.accepted = Math.max(counts.accepted, counts.handled) + pick(30)
          await registry.reportAccepted(source, [
            { authority, accepted: counts.accepted, oldestPendingTime: null },
          ])
        } else {
          const { items } = await registry.listQuarantined(authority, { limit: 100 })
          const item = items[pick(items.length)]
          if (!item) continue
          if (action === 3) {
            await registry.resolveQuarantined(authority, item.id, ACTOR)
            town.stored += 1
            town.quarantined -= 1
          } else {
            expect(await registry.discardQuarantined(authority, { id: item.id }, ACTOR)).toBe(1)
          }
        }
        for (const { stored, quarantined, bySource, authority: id } of expected) {
          let accepted = 0
          for (const source of bySource.values()) accepted += Math.max(source.accepted, source.handled)
          const balance = await registry.getBalance(id, 0)
          expect(balance, `seed ${seed}, step ${step}`).toEqual({
            accepted,
            stored,
            quarantined,
            pending: accepted - stored - quarantined,
            lagSeconds: 0,
          })
        }
      }
    })
  })
}

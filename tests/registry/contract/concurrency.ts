import { describe, expect, test } from 'vitest'
import { openDeviceDirectory } from '../../../registry/device-directory.ts'
import {
  ACTOR,
  createAuthority,
  createBin,
  createOutcome,
  createQuarantined,
  openFor,
  openWithAuthorities,
  type RegistryHarness,
} from './harness.ts'

export function describeConcurrency(harness: RegistryHarness): void {
  describe('used from several sides at once', () => {
    test('it is migrated once by two that open it at the same moment, and again by nobody', async () => {
      const place = await harness.createPlace()
      const registries = await Promise.all([openFor(place), openFor(place), openFor(place)])
      for (const [index, registry] of registries.entries()) await createAuthority(registry, `town-${index}`)
      const again = await openFor(place)
      expect((await again.listAuthorities({ limit: 10 })).items).toHaveLength(3)
    })

    test('a hundred creations and updates each leave their change, in the order of versions', async () => {
      const place = await harness.createPlace()
      const one = await openFor(place)
      const two = await openFor(place)
      await createAuthority(one, 'alpha')
      await one.createDevices('alpha', [createBin('shared')], ACTOR)
      const directory = await openDeviceDirectory(two)
      const isDone = Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const registry = index % 2 === 0 ? one : two
          await registry.createDevices('alpha', [createBin(`bin-${index}`)], ACTOR)
          await registry.updateDevice('alpha', 'shared', { settings: { [`s${index}`]: index } }, ACTOR)
        }),
      )
      // A reader that looks meanwhile must not step over a version that becomes visible late.
      let isRunning = true
      const watching = (async () => {
        while (isRunning) await directory.refresh()
      })()
      await isDone
      isRunning = false
      await watching
      await directory.refresh()
      expect([...directory.list('alpha')]).toHaveLength(101)
      const { settings } = await one.getDevice('alpha', 'shared')
      expect(Object.keys(settings)).toHaveLength(100)
      expect(directory.find('alpha', 'shared')?.device.settings).toEqual(settings)
      const audit = await one.listAudit('alpha', { limit: 1_000 })
      expect(audit.items).toHaveLength(202)
    })

    test('of a hundred that create the same device one succeeds', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const results = await Promise.allSettled(
        Array.from({ length: 100 }, () => registry.createDevices('alpha', [createBin('bin-1')], ACTOR)),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ALREADY_EXISTS' })
      }
    })

    test('a position that several record at once is counted once', async () => {
      const place = await harness.createPlace()
      const one = await openFor(place)
      const two = await openFor(place)
      await createAuthority(one, 'alpha')
      for (let position = 1; position <= 10; position += 1) {
        const outcome = createOutcome({
          position,
          followsPosition: position === 1 ? undefined : position - 1,
          counts: [{ authority: 'alpha', stored: 3, quarantined: 1 }],
          quarantined: [createQuarantined({})],
        })
        const recorded = await Promise.all(
          [one, two, one, two].map((registry) => registry.recordIngested(outcome)),
        )
        expect(recorded.filter((isRecorded) => isRecorded)).toHaveLength(1)
      }
      expect(await one.getBalance('alpha', 0)).toMatchObject({ stored: 30, quarantined: 10 })
      expect(await one.countQuarantined('alpha')).toEqual([{ reason: 'out_of_range', count: 10 }])
    })

    test('batches of several sources over the same authorities do not block each other for good', async () => {
      const place = await harness.createPlace()
      const registries = [await openFor(place), await openFor(place)]
      const [one] = registries
      if (!one) throw new Error('two are open')
      for (const id of ['alpha', 'beta', 'gamma']) await createAuthority(one, id)
      const orders = [
        ['alpha', 'beta', 'gamma'],
        ['gamma', 'beta', 'alpha'],
      ]
      await Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          const order = orders[index % 2] ?? []
          const registry = registries[index % 2] ?? one
          await registry.recordIngested(
            createOutcome({
              counts: order.map((authority) => ({ authority, stored: 1, quarantined: 1 })),
              quarantined: order.map((authority) => createQuarantined({ authority })),
              sequences: order.map((authority) => {
                return { authority, device: 'bin-1', sequence: index % 5, hash: 'aa', time: 1 }
              }),
            }),
          )
        }),
      )
      for (const id of ['alpha', 'beta', 'gamma']) {
        expect(await one.getBalance(id, 0)).toMatchObject({ stored: 60, quarantined: 60 })
      }
    })

    test('an authority that is deleted while batches of it come in stops none of them', async () => {
      const place = await harness.createPlace()
      const one = await openFor(place)
      const two = await openFor(place)
      await createAuthority(one, 'alpha')
      await one.createDevices('alpha', [createBin('bin-1')], ACTOR)
      let deleted: Promise<void> | undefined
      for (let position = 1; position <= 40; position += 1) {
        if (position === 20) deleted = two.deleteAuthority('alpha', ACTOR)
        await one.recordIngested(
          createOutcome({
            position,
            followsPosition: position === 1 ? undefined : position - 1,
            counts: [{ authority: 'alpha', stored: 1, quarantined: 1 }],
            quarantined: [createQuarantined({})],
            sequences: [{ authority: 'alpha', device: 'bin-1', sequence: position, hash: 'aa', time: 1 }],
            statuses: [{ authority: 'alpha', kind: 'bin', device: 'bin-1', isOnline: true, time: 1 }],
          }),
        )
      }
      await deleted
      expect(await one.findPosition('journal-1')).toBe(40)
      expect(await one.countQuarantined('alpha')).toEqual([])
    })

    test('what was confirmed is there after it was closed and opened again', async () => {
      const place = await harness.createPlace()
      const before = await place.open()
      await createAuthority(before, 'alpha')
      const [created] = await before.createDevices('alpha', [createBin('bin-1')], ACTOR)
      const outcome = createOutcome({
        position: 5,
        counts: [{ authority: 'alpha', stored: 2, quarantined: 1 }],
        quarantined: [createQuarantined({})],
      })
      await before.recordIngested(outcome)
      const secret = await before.createInstallationKey()
      const changes = await before.listDeviceChanges(0, 10)
      const audit = await before.listAudit('alpha', { limit: 10 })
      await before.close()
      await expect(before.check()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })

      const after = await openFor(place)
      await after.check()
      await after.recordIngested(outcome)
      expect(await after.getBalance('alpha', 0)).toMatchObject({ stored: 2, quarantined: 1 })
      expect(await after.getDevice('alpha', 'bin-1')).toEqual(created?.device)
      expect(await after.listDeviceChanges(0, 10)).toEqual(changes)
      expect(await after.listAudit('alpha', { limit: 10 })).toEqual(audit)
      expect(await after.findKey(secret ?? '')).toMatchObject({ authority: null })
      expect(await after.createInstallationKey()).toBeUndefined()
    })
  })
}

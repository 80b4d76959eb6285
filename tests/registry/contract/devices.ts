import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ACTOR, createBin, createOutcome, openWithAuthorities, type RegistryHarness } from './harness.ts'

export function describeDevices(harness: RegistryHarness): void {
  describe('devices', () => {
    test('are created with a password each, of which only the SHA-256 is kept', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const bin = createBin('bin-1', {
        name: 'Market Square',
        longitude: 13.404954000000002,
        latitude: -37.90000000000001,
        uprn: '100023336956',
        usrn: '8400123',
        stopIds: ['490000077E', 'Straße'],
        settings: { emptyDistanceMm: 1_800, fullDistanceMm: 200, maker: { model: ['x', 1, null] } },
      })
      const created = await registry.createDevices('alpha', [bin, createBin('bin-2')], ACTOR)
      expect(created.map(({ device }) => device)).toEqual([bin, createBin('bin-2')])
      expect(await registry.getDevice('alpha', 'bin-1')).toEqual(bin)
      const passwords = created.map(({ password }) => password)
      expect(new Set(passwords).size).toBe(2)
      for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9_-]{22}$/)
      const changes = await registry.listDeviceChanges(0, 10)
      expect(changes.map(({ record }) => record?.passwordHash)).toEqual(passwords.map(sha256))
    })

    test('are created all or none, and the one that is in the way is named', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createDevices('alpha', [createBin('bin-2')], ACTOR)
      const inTheWay = { code: 'ALREADY_EXISTS', message: expect.stringContaining('"bin-2"') }
      await expect(
        registry.createDevices('alpha', [createBin('bin-1'), createBin('bin-2')], ACTOR),
      ).rejects.toMatchObject(inTheWay)
      await expect(
        registry.createDevices('alpha', [createBin('bin-3'), createBin('bin-3')], ACTOR),
      ).rejects.toMatchObject({ code: 'ALREADY_EXISTS', faults: [{ path: '1.id' }] })
      expect((await registry.listDevices('alpha', { limit: 10 })).items.map(({ id }) => id)).toEqual([
        'bin-2',
      ])
      await expect(registry.createDevices('nowhere', [createBin('bin-1')], ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('"nowhere"'),
      })
    })

    test('are listed by pages in the order of their ids, all or of a kind', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const devices = [
        createBin('b'),
        createBin('a'),
        createBin('v', { kind: 'vehicle' }),
        createBin('B'),
        createBin('c'),
      ]
      await registry.createDevices('alpha', devices, ACTOR)
      const all = await registry.listDevices('alpha', { limit: 10 })
      expect([all.items.map(({ id }) => id), all.next]).toEqual([['B', 'a', 'b', 'c', 'v'], null])
      const first = await registry.listDevices('alpha', { limit: 2, kind: 'bin' })
      expect([first.items.map(({ id }) => id), first.next]).toEqual([['B', 'a'], 'a'])
      const second = await registry.listDevices('alpha', { limit: 2, kind: 'bin', after: 'a' })
      expect([second.items.map(({ id }) => id), second.next]).toEqual([['b', 'c'], null])
    })

    test('are patched: settings one by one, null removing one', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const settings = { emptyDistanceMm: 1_000, fullDistanceMm: 100, stream: 'glass' }
      await registry.createDevices('alpha', [createBin('bin-1', { name: 'Old', uprn: '1', settings })], ACTOR)
      const patched = await registry.updateDevice(
        'alpha',
        'bin-1',
        { name: 'New', uprn: null, settings: { emptyDistanceMm: 900, stream: null } },
        ACTOR,
      )
      const expected = createBin('bin-1', {
        name: 'New',
        settings: { emptyDistanceMm: 900, fullDistanceMm: 100 },
      })
      expect(patched).toEqual(expected)
      expect(await registry.getDevice('alpha', 'bin-1')).toEqual(expected)
    })

    test('are not patched to settings that are not allowed: the field is named, and nothing changes', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const settings = { emptyDistanceMm: 1_000, fullDistanceMm: 100 }
      await registry.createDevices('alpha', [createBin('bin-1', { settings })], ACTOR)
      const changes = await registry.listDeviceChanges(0, 10)
      await expect(
        registry.updateDevice('alpha', 'bin-1', { settings: { emptyDistanceMm: 50 } }, ACTOR),
      ).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        faults: [{ path: 'settings.emptyDistanceMm', message: 'must be larger than fullDistanceMm (100)' }],
      })
      expect(await registry.listDeviceChanges(0, 10)).toEqual(changes)
      expect((await registry.getDevice('alpha', 'bin-1')).settings).toEqual(settings)
    })

    test('get a new password, and are deleted with their status', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createDevices('alpha', [createBin('bin-1')], ACTOR)
      const status = { authority: 'alpha', kind: 'bin', device: 'bin-1', isOnline: true, time: 5 } as const
      await registry.recordIngested(createOutcome({ statuses: [status] }))
      const { password } = await registry.rotateCredentials('alpha', 'bin-1', ACTOR)
      const [change] = await registry.listDeviceChanges(0, 10)
      expect(change?.record?.passwordHash).toEqual(sha256(password))
      expect(await registry.listDeviceStatuses('alpha')).toEqual([status])
      await registry.deleteDevice('alpha', 'bin-1', ACTOR)
      expect(await registry.findDevice('alpha', 'bin-1')).toBeUndefined()
      expect(await registry.listDeviceStatuses('alpha')).toEqual([])
      const missing = { code: 'NOT_FOUND', message: expect.stringContaining('"bin-1"') }
      await expect(registry.getDevice('alpha', 'bin-1')).rejects.toMatchObject(missing)
      await expect(registry.updateDevice('alpha', 'bin-1', {}, ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.deleteDevice('alpha', 'bin-1', ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.rotateCredentials('alpha', 'bin-1', ACTOR)).rejects.toMatchObject(missing)
    })

    test('leave changes whose versions grow, the last one of each, deletions too', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createDevices('alpha', [createBin('a'), createBin('b'), createBin('c')], ACTOR)
      const created = await registry.listDeviceChanges(0, 10)
      expect(created.map(({ deviceId }) => deviceId)).toEqual(['a', 'b', 'c'])
      const last = created.at(-1)?.version ?? 0
      expect(await registry.listDeviceChanges(last, 10)).toEqual([])

      await registry.updateDevice('alpha', 'a', { name: 'A' }, ACTOR)
      await registry.updateDevice('alpha', 'a', { name: 'AA' }, ACTOR)
      await registry.deleteDevice('alpha', 'b', ACTOR)
      await registry.createDevices('beta', [createBin('b')], ACTOR)
      const later = await registry.listDeviceChanges(last, 10)
      expect(later.map((change) => [change.authority, change.deviceId, change.record?.device.name])).toEqual([
        ['alpha', 'a', 'AA'],
        ['alpha', 'b', undefined],
        ['beta', 'b', null],
      ])
      const versions = [...created, ...later].map(({ version }) => version)
      expect(versions).toEqual(versions.toSorted((x, y) => x - y))
      expect(new Set(versions).size).toBe(versions.length)
      const pages = [
        await registry.listDeviceChanges(last, 2),
        await registry.listDeviceChanges(later[1]?.version ?? 0, 2),
      ]
      expect(pages.flat()).toEqual(later)

      // Deleted and created again is there once, as created.
      await registry.createDevices('alpha', [createBin('b')], ACTOR)
      const again = await registry.listDeviceChanges(later.at(-1)?.version ?? 0, 10)
      expect(again).toMatchObject([{ deviceId: 'b', record: { device: { id: 'b' } } }])
    })

    test('of an authority no two have one DevEUI, whichever way they come by it', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const devEui = '00000000000000a1'
      const first = createBin('bin-1', { settings: { devEui } })
      const second = createBin('bin-2', { settings: { devEui } })
      const taken = { code: 'ALREADY_EXISTS', message: expect.stringContaining('bin-1') }
      await expect(registry.createDevices('alpha', [first, second], ACTOR)).rejects.toMatchObject(taken)
      await registry.createDevices('alpha', [first], ACTOR)
      await registry.createDevices('beta', [second], ACTOR)
      await expect(registry.createDevices('alpha', [second], ACTOR)).rejects.toMatchObject(taken)
      await registry.createDevices('alpha', [createBin('bin-2')], ACTOR)
      const patch = { settings: { devEui } }
      await expect(registry.updateDevice('alpha', 'bin-2', patch, ACTOR)).rejects.toMatchObject(taken)
      await registry.updateDevice('alpha', 'bin-1', patch, ACTOR)
      await registry.updateDevice('alpha', 'bin-1', { settings: { devEui: null } }, ACTOR)
      await registry.updateDevice('alpha', 'bin-2', patch, ACTOR)
    })
  })
}

function sha256(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}

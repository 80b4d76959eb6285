import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { openDeviceDirectory } from '../../registry/device-directory.ts'
import type { DeviceChange, Registry } from '../../registry/registry.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { ACTOR, createAuthority, createBin } from './contract/harness.ts'

async function openRegistry(): Promise<Registry> {
  const registry = await openSqliteRegistry({ path: ':memory:', clock: systemClock, logger: silentLogger })
  onTestFinished(() => registry.close())
  await createAuthority(registry, 'alpha')
  await createAuthority(registry, 'beta')
  return registry
}

/** Holds back the answers to `listDeviceChanges` until they are let go: a refresh is then under way for as long. */
function holdReads(registry: Registry): { registry: Registry; reads: (() => void)[] } {
  const reads: (() => void)[] = []
  const held: Registry = {
    ...registry,
    async listDeviceChanges(afterVersion, limit) {
      const changes = await registry.listDeviceChanges(afterVersion, limit)
      await new Promise<void>((resolve) => reads.push(resolve))
      return changes
    },
  }
  return { registry: held, reads }
}

describe('a directory of devices', () => {
  test('knows what was there when it was opened, more than one read holds too', {
    timeout: 20_000,
  }, async () => {
    const registry = await openRegistry()
    const many = Array.from({ length: 6_000 }, (_, index) => createBin(`bin-${index}`))
    await registry.createDevices('alpha', many, ACTOR)
    await registry.createDevices('beta', [createBin('bin-1', { name: 'of beta' })], ACTOR)
    const directory = await openDeviceDirectory(registry)
    expect([...directory.list('alpha')]).toHaveLength(6_000)
    expect(directory.find('alpha', 'bin-5999')?.device.id).toBe('bin-5999')
    expect(directory.find('beta', 'bin-1')?.device.name).toBe('of beta')
    expect(directory.find('beta', 'bin-2')).toBeUndefined()
    expect([...directory.list('nowhere')]).toEqual([])
  })

  test('sees creation, patch, new credentials and deletion after a refresh, and tells its listeners', async () => {
    const registry = await openRegistry()
    const directory = await openDeviceDirectory(registry)
    const heard: DeviceChange[] = []
    const end = directory.onChange((change) => heard.push(change))
    await registry.createDevices('alpha', [createBin('bin-1'), createBin('bin-2')], ACTOR)
    expect(directory.find('alpha', 'bin-1')).toBeUndefined()
    await directory.refresh()
    const before = directory.find('alpha', 'bin-1')
    expect(before?.device).toEqual(createBin('bin-1'))

    await registry.updateDevice('alpha', 'bin-1', { name: 'New' }, ACTOR)
    await registry.rotateCredentials('alpha', 'bin-1', ACTOR)
    await registry.deleteDevice('alpha', 'bin-2', ACTOR)
    await directory.refresh()
    expect(directory.find('alpha', 'bin-1')?.device.name).toBe('New')
    expect(directory.find('alpha', 'bin-1')?.passwordHash).not.toEqual(before?.passwordHash)
    expect(directory.find('alpha', 'bin-2')).toBeUndefined()

    await registry.deleteAuthority('alpha', ACTOR)
    await directory.refresh()
    expect([...directory.list('alpha')]).toEqual([])
    expect(heard.map(({ deviceId, record }) => [deviceId, record?.device.name])).toEqual([
      ['bin-1', null],
      ['bin-2', null],
      ['bin-1', 'New'],
      ['bin-2', undefined],
      ['bin-1', undefined],
    ])
    end()
    await registry.createDevices('beta', [createBin('bin-1')], ACTOR)
    await directory.refresh()
    expect(heard).toHaveLength(5)
  })

  test('tells of revoked keys, and of the end of an authority before it finds the devices of the next', async () => {
    const registry = await openRegistry()
    const directory = await openDeviceDirectory(registry)
    const heard: string[] = []
    directory.onRevocation(({ authority, keyHash }) => heard.push(`${authority} ${keyHash ? 'key' : 'end'}`))
    directory.onChange(({ authority, deviceId }) => heard.push(`${authority} ${deviceId}`))
    const { key } = await registry.createKey('alpha', { name: 'k', scopes: ['read'] }, ACTOR)
    await registry.deleteKey('alpha', key.id, ACTOR)
    await registry.deleteAuthority('alpha', ACTOR)
    await createAuthority(registry, 'alpha')
    await registry.createDevices('alpha', [createBin('bin-1')], ACTOR)
    await directory.refresh()
    expect(heard).toEqual(['alpha key', 'alpha end', 'alpha bin-1'])
    await directory.refresh()
    expect(heard).toHaveLength(3)
  })

  test('sees a change that was committed before the call, though another refresh is under way', async () => {
    const { registry, reads } = holdReads(await openRegistry())
    const opening = openDeviceDirectory(registry)
    await expect.poll(() => reads.length).toBe(1)
    reads[0]?.()
    const directory = await opening

    const early = directory.refresh()
    await expect.poll(() => reads.length).toBe(2)
    // The refresh under way has read, and does not know of this device.
    await registry.createDevices('alpha', [createBin('bin-1')], ACTOR)
    const late = [directory.refresh(), directory.refresh()]
    reads[1]?.()
    await early
    expect(directory.find('alpha', 'bin-1')).toBeUndefined()
    await expect.poll(() => reads.length).toBe(3)
    reads[2]?.()
    await Promise.all(late)
    expect(directory.find('alpha', 'bin-1')).toBeDefined()
    // Both shared one read.
    expect(reads).toHaveLength(3)
  })

  test('after a refresh that failed the next one catches up', async () => {
    const real = await openRegistry()
    let isAway = false
    const directory = await openDeviceDirectory({
      ...real,
      listDeviceChanges: (afterVersion, limit) =>
        isAway ? Promise.reject(new Error('away')) : real.listDeviceChanges(afterVersion, limit),
    })
    await real.createDevices('alpha', [createBin('bin-1')], ACTOR)
    isAway = true
    const failed = directory.refresh()
    const queued = directory.refresh()
    await expect(failed).rejects.toThrow('away')
    await expect(queued).rejects.toThrow('away')
    isAway = false
    await directory.refresh()
    expect(directory.find('alpha', 'bin-1')).toBeDefined()
  })

  test('two of them, refreshed while many change, end alike', async () => {
    const registry = await openRegistry()
    const one = await openDeviceDirectory(registry)
    const two = await openDeviceDirectory(registry)
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const authority = index % 2 === 0 ? 'alpha' : 'beta'
        const id = `bin-${index}`
        await registry.createDevices(authority, [createBin(id)], ACTOR)
        await one.refresh()
        expect(one.find(authority, id)).toBeDefined()
        if (index % 3 === 0) await registry.deleteDevice(authority, id, ACTOR)
        await two.refresh()
        expect(two.find(authority, id) === undefined).toBe(index % 3 === 0)
      }),
    )
    await Promise.all([one.refresh(), two.refresh()])
    for (const authority of ['alpha', 'beta']) {
      const idsOf = (directory: typeof one): string[] =>
        [...directory.list(authority)].map(({ device }) => device.id).toSorted()
      const { items } = await registry.listDevices(authority, { limit: 100 })
      expect(idsOf(one)).toEqual(items.map(({ id }) => id))
      expect(idsOf(two)).toEqual(idsOf(one))
    }
  })

  test('finds a device by its DevEUI, which may go over to another one', async () => {
    const registry = await openRegistry()
    const devEui = '00000000000000a1'
    await registry.createDevices('alpha', [createBin('bin-1', { settings: { devEui } })], ACTOR)
    const directory = await openDeviceDirectory(registry)
    expect(directory.findByDevEui('alpha', devEui)?.device.id).toBe('bin-1')
    expect(directory.findByDevEui('beta', devEui)).toBeUndefined()
    // The directory hears of both at once, of the one that was changed last last.
    await registry.updateDevice('alpha', 'bin-1', { settings: { devEui: null } }, ACTOR)
    await registry.createDevices('alpha', [createBin('bin-2', { settings: { devEui } })], ACTOR)
    await registry.updateDevice('alpha', 'bin-1', { name: 'without' }, ACTOR)
    await directory.refresh()
    expect(directory.findByDevEui('alpha', devEui)?.device.id).toBe('bin-2')
    await registry.deleteDevice('alpha', 'bin-2', ACTOR)
    await directory.refresh()
    expect(directory.findByDevEui('alpha', devEui)).toBeUndefined()
  })
})

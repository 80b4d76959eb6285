import { expect, test } from 'vitest'
import {
  ACTOR,
  createBin,
  createOutcome,
  createQuarantined,
  openWithAuthorities,
  type RegistryHarness,
} from './harness.ts'
import { createDepot, createRound } from './sites.ts'

export function describeIsolation(harness: RegistryHarness): void {
  test("another authority's things are not found by any method", async () => {
    const registry = await openWithAuthorities(harness, 'alpha', 'beta')
    await registry.createDevices('alpha', [createBin('thing')], ACTOR)
    const { key } = await registry.createKey('alpha', { name: 'k', scopes: ['read'] }, ACTOR)
    await registry.createSite('alpha', 'depots', createDepot('thing'), ACTOR)
    await registry.createRound('alpha', createRound('thing', '2026-02-16T10:00:00Z'))
    await registry.recordIngested(
      createOutcome({
        counts: [{ authority: 'alpha', stored: 1, quarantined: 1 }],
        quarantined: [createQuarantined({})],
        statuses: [{ authority: 'alpha', kind: 'bin', device: 'thing', isOnline: true, time: 1 }],
      }),
    )
    const [item] = (await registry.listQuarantined('alpha', { limit: 1 })).items
    const quarantinedId = item?.id ?? ''

    const attempts: (() => Promise<unknown>)[] = [
      () => registry.getDevice('beta', 'thing'),
      () => registry.updateDevice('beta', 'thing', { name: 'mine' }, ACTOR),
      () => registry.deleteDevice('beta', 'thing', ACTOR),
      () => registry.rotateCredentials('beta', 'thing', ACTOR),
      () => registry.deleteKey('beta', key.id, ACTOR),
      () => registry.getSite('beta', 'depots', 'thing'),
      () => registry.updateSite('beta', 'depots', createDepot('thing'), ACTOR),
      () => registry.deleteSite('beta', 'depots', 'thing', ACTOR),
      () => registry.getRound('beta', 'thing'),
      () => registry.getQuarantined('beta', quarantinedId),
      () => registry.resolveQuarantined('beta', quarantinedId, ACTOR),
      () => registry.updateQuarantined('beta', quarantinedId, 'empty', ''),
    ]
    for (const attempt of attempts) {
      await expect(attempt(), attempt.toString()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    expect(await registry.findDevice('beta', 'thing')).toBeUndefined()
    expect(await registry.discardQuarantined('beta', { id: quarantinedId }, ACTOR)).toBe(0)
    const page = { limit: 10 }
    expect((await registry.listDevices('beta', page)).items).toEqual([])
    expect((await registry.listKeys('beta', page)).items).toEqual([])
    expect((await registry.listSites('beta', 'depots', page)).items).toEqual([])
    expect((await registry.listRounds('beta', page)).items).toEqual([])
    expect((await registry.listQuarantined('beta', page)).items).toEqual([])
    expect(await registry.countQuarantined('beta')).toEqual([])
    expect(await registry.listDeviceStatuses('beta')).toEqual([])
    expect((await registry.listAudit('beta', page)).items.map(({ target }) => target)).toEqual(['beta'])
    expect(await registry.getBalance('beta', 0)).toMatchObject({ accepted: 0 })

    // Nothing of it was touched; and equal ids do not meet.
    expect(await registry.getDevice('alpha', 'thing')).toEqual(createBin('thing'))
    expect(await registry.getBalance('alpha', 0)).toMatchObject({ stored: 1, quarantined: 1 })
    await registry.createDevices('beta', [createBin('thing', { name: 'mine' })], ACTOR)
    await registry.createRound('beta', createRound('thing', '2026-02-17T10:00:00Z'))
    await registry.deleteAuthority('beta', ACTOR)
    expect(await registry.getDevice('alpha', 'thing')).toEqual(createBin('thing'))
    expect((await registry.getRound('alpha', 'thing')).createdTime).toBe('2026-02-16T10:00:00Z')
  })
}

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { openPostgresRegistry } from '../../registry/postgres-registry.ts'
import { hasPostgres, type PostgresServer, startPostgres } from '../fixtures/start-postgres.ts'
import { createAuthority, createBin } from './contract/harness.ts'
import { describeRegistry } from './registry-contract.ts'

describe.skipIf(!hasPostgres)('the registry on PostgreSQL', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  describeRegistry({
    async createPlace() {
      const url = await server.createDatabase()
      onTestFinished(() => server.giveBack(url))
      return { open: () => openPostgresRegistry({ url, clock: systemClock, logger: silentLogger }) }
    },
  })

  test('while the server is away everything says so, and goes on when it is back', async () => {
    const options = { url: await server.createDatabase(), clock: systemClock, logger: silentLogger }
    const registry = await openPostgresRegistry(options)
    onTestFinished(() => registry.close())
    await createAuthority(registry, 'alpha')
    const away = { code: 'REGISTRY_UNAVAILABLE', canRetry: true }
    const underWay = Array.from({ length: 20 }, (_, index) =>
      registry.createDevices('alpha', [createBin(`bin-${index}`)], 'test'),
    )
    const results = Promise.allSettled(underWay)
    await server.halt()
    await expect(registry.check()).rejects.toMatchObject(away)
    await expect(registry.createDevices('alpha', [createBin('late')], 'test')).rejects.toMatchObject(away)
    await expect(registry.findKey('x')).rejects.toMatchObject(away)
    await expect(openPostgresRegistry(options)).rejects.toMatchObject(away)
    const confirmed: string[] = []
    for (const [index, result] of (await results).entries()) {
      if (result.status === 'fulfilled') confirmed.push(`bin-${index}`)
      else expect(result.reason).toMatchObject(away)
    }
    await server.resume()
    await registry.check()
    const { items } = await registry.listDevices('alpha', { limit: 100 })
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(confirmed))
    expect(items.map(({ id }) => id)).not.toContain('late')
    await registry.createDevices('alpha', [createBin('late')], 'test')
  })
})

test('a server that is not there is told from a wrong question', async () => {
  const url = 'postgres://postgres@127.0.0.1:1/kerbside'
  await expect(openPostgresRegistry({ url, clock: systemClock, logger: silentLogger })).rejects.toMatchObject(
    { code: 'REGISTRY_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') },
  )
})

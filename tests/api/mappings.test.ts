import { describe, expect, test } from 'vitest'
import { READY_MAPPINGS } from '../../model/mappings/ready-mappings.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { writeUplink } from '../fixtures/network-uplinks.ts'

const PATH = '/v1/authorities/alpha/mappings'
const MAPPING = {
  id: 'our-bins',
  name: 'Bins of ours',
  kind: 'bin',
  rules: [{ from: 'level', to: 'distanceMm', unit: 'cm' }],
}

async function openAlpha() {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.createAuthority({ id: 'beta' })
  return app
}

describe('mappings', () => {
  test('are made, listed beside the ready ones, and changed by new versions', async () => {
    const app = await openAlpha()
    const created = await app.call('POST', PATH, { body: MAPPING })
    expect(created.status).toBe(201)
    expect(created.headers['location']).toBe(`${PATH}/our-bins`)
    expect(created.body).toEqual({ ...MAPPING, parts: [], version: 1, isReady: false })
    const changed = { ...MAPPING, rules: [{ from: 'level', to: 'distanceMm', unit: 'mm' }] }
    const { body } = await app.call('PUT', `${PATH}/our-bins`, { body: changed })
    expect(body).toMatchObject({ ...changed, version: 2 })
    expect((await app.call('GET', `${PATH}/our-bins`)).body).toEqual(body)
    const versions = await app.call('GET', `${PATH}/our-bins/versions`)
    expect(versions.body.items).toMatchObject([
      { version: 2, createdTime: '2026-02-16T12:00:00.000Z' },
      { version: 1, rules: MAPPING.rules },
    ])

    const ids: string[] = []
    for (let after = ''; ; ) {
      const page = await app.call('GET', `${PATH}?limit=4${after}`)
      ids.push(...page.body.items.map(({ id }: { id: string }) => id))
      if (page.body.next === null) break
      after = `&after=${page.body.next}`
    }
    const expected = [...READY_MAPPINGS.map(({ mapping }) => mapping.id), 'our-bins'].sort()
    expect(ids).toEqual(expected)
    expect((await app.call('GET', `${PATH}/dingtek-df702`)).body).toMatchObject({
      isReady: true,
      kind: 'bin',
    })
    expect((await app.call('GET', `${PATH}/dingtek-df702/versions`)).body.items).toHaveLength(1)
    expect((await app.call('DELETE', `${PATH}/our-bins`)).status).toBe(204)
    expect((await app.call('GET', `${PATH}/our-bins`)).status).toBe(404)
  })

  test('those that come with Kerbside are not changed, and one that is used is not deleted', async () => {
    const app = await openAlpha()
    const own = { ...MAPPING, id: 'dingtek-df702' }
    expect((await app.call('POST', PATH, { body: own })).status).toBe(409)
    expect((await app.call('PUT', `${PATH}/dingtek-df702`, { body: own })).status).toBe(409)
    expect((await app.call('DELETE', `${PATH}/dingtek-df702`)).status).toBe(409)
    await app.call('POST', PATH, { body: MAPPING })
    const device = { id: 'bin-1', kind: 'bin', settings: { mapping: 'our-bins' } }
    await app.call('POST', '/v1/authorities/alpha/devices', { body: device })
    const refused = await app.call('DELETE', `${PATH}/our-bins`)
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('bin-1')])
  })

  test('what is wrong with one is told, with what is allowed', async () => {
    const app = await openAlpha()
    for (const [change, path, message] of [
      [{ rules: [{ from: 'level', to: 'levelMm' }] }, 'rules.0.to', 'distanceMm'],
      [{ rules: [{ from: 'level', to: 'distanceMm', unit: 'celsius' }] }, 'rules.0.unit', 'inch'],
      [{ rules: [] }, 'rules', 'at least one rule'],
      [{ kind: 'balloon' }, 'kind', 'bin'],
      [{ rule: [] }, 'rule', 'not known'],
    ] as const) {
      const { status, body } = await app.call('POST', PATH, { body: { ...MAPPING, ...change } })
      expect([status, body.errors?.[0]?.path]).toEqual([400, path])
      expect(body.errors[0].message).toContain(message)
    }
    await app.call('POST', PATH, { body: MAPPING })
    const other = await app.call('PUT', `${PATH}/our-bins`, { body: { ...MAPPING, id: 'other' } })
    expect([other.status, other.body.errors[0].path]).toEqual([400, 'id'])
  })

  test('one is tried with a sample, and told what comes of it or why nothing does', async () => {
    const app = await openAlpha()
    const tryIt = async (sample: unknown, more: object = {}) =>
      (await app.call('POST', `${PATH}/try`, { body: { mapping: MAPPING, sample, ...more } })).body
    const { payload } = writeUplink.chirpstack({
      devEui: '00000000000000b2',
      frameCount: 0,
      distanceMm: 700,
      time: Date.parse('2026-02-16T11:00:00Z'),
    })
    expect(await tryIt({ level: '70' })).toMatchObject({
      network: null,
      readings: [{ time: '2026-02-16T12:00:00.000Z', distanceMm: 700 }],
      rejection: null,
    })
    const settings = { emptyDistanceMm: 1_400, fullDistanceMm: 0 }
    expect((await tryIt({ level: 70 }, { settings })).readings).toMatchObject([
      { distanceMm: 700, fillPercent: 50 },
    ])
    expect(await tryIt(JSON.parse(payload))).toMatchObject({
      network: 'chirpstack',
      readings: [],
      rejection: { reason: 'missing_field', detail: expect.stringContaining('level') },
    })
    const ready = READY_MAPPINGS.find(({ mapping }) => mapping.id === 'milesight-em310-udl')?.mapping
    const { version: _, ...mapping } = ready ?? expect.fail()
    expect((await tryIt(JSON.parse(payload), { mapping })).readings).toMatchObject([
      { time: '2026-02-16T11:00:00.000Z', distanceMm: 700, batteryPercent: 91 },
    ])
    const bad = await app.call('POST', `${PATH}/try`, {
      body: { mapping: { ...MAPPING, rules: [] }, sample: 1 },
    })
    expect([bad.status, bad.body.errors[0].path]).toEqual([400, 'mapping.rules'])
  })

  test('are read by whoever may read, changed by operators, and are nobody else’s', async () => {
    const app = await openAlpha()
    await app.call('POST', PATH, { body: MAPPING })
    const read = await app.createKey('alpha', 'read')
    const others = await app.createKey('beta', 'admin')
    expect((await app.call('GET', `${PATH}/our-bins`, { key: read })).status).toBe(200)
    expect((await app.call('DELETE', `${PATH}/our-bins`, { key: read })).status).toBe(403)
    for (const [method, path, body] of [
      ['GET', PATH, undefined],
      ['POST', `${PATH}/try`, { mapping: MAPPING, sample: {} }],
      ['POST', PATH, MAPPING],
      ['GET', `${PATH}/our-bins`, undefined],
      ['GET', `${PATH}/our-bins/versions`, undefined],
      ['PUT', `${PATH}/our-bins`, MAPPING],
      ['DELETE', `${PATH}/our-bins`, undefined],
    ] as const) {
      const { status } = await app.call(method, path, { key: others, ...(body && { body }) })
      expect([method, path, status]).toEqual([method, path, 404])
    }
    const own = '/v1/authorities/beta/mappings'
    expect((await app.call('GET', `${own}/our-bins`, { key: others })).status).toBe(404)
    expect((await app.call('GET', own, { key: others })).text).not.toContain('our-bins')
  })
})

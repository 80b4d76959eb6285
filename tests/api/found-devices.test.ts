import { describe, expect, test } from 'vitest'
import { formatUplinkTopic } from '../../model/uplink-topic.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { writeUplink } from '../fixtures/network-uplinks.ts'

const ALPHA = '/v1/authorities/alpha'
const FOUND = `${ALPHA}/found-devices`
const DEV_EUI = '00000000000000b2'

/** Two uplinks of a device that nobody has registered, as the ingest leaves them. */
async function openAlpha(): Promise<TestApp> {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.createAuthority({ id: 'beta' })
  const payloads = [1, 2].map((frameCount) => {
    const time = app.clock.now() - 60_000 * frameCount
    return writeUplink.chirpstack({ devEui: DEV_EUI, frameCount, distanceMm: 700, time }).payload
  })
  const topic = { authority: 'alpha', network: 'chirpstack', connection: 'cs', devEui: DEV_EUI } as const
  await app.registry.recordIngested({
    source: 'connections',
    position: undefined,
    counts: [{ authority: 'alpha', stored: 0, quarantined: 2 }],
    quarantined: payloads.map((payload) => ({
      authority: 'alpha',
      device: DEV_EUI,
      topic: formatUplinkTopic(topic),
      payload: Buffer.from(payload),
      reason: 'unknown_device',
      detail: 'device: nobody has registered it',
      receivedTime: app.clock.now(),
    })),
    sequences: [],
    statuses: [],
  })
  await noteFound(app, payloads[1])
  return app
}

async function noteFound({ registry, clock }: TestApp, sample: string | null = null): Promise<void> {
  await registry.recordFindings('alpha', [
    {
      devEui: DEV_EUI,
      connectionId: 'cs',
      network: 'chirpstack',
      name: 'bin 7',
      suggestedMapping: 'milesight-em310-udl',
      time: clock.now(),
      sample,
    },
  ])
}

describe('found devices', () => {
  test('are adopted by what is suggested, and their waiting readings are stored', async () => {
    const app = await openAlpha()
    const settings = { emptyDistanceMm: 1_400, fullDistanceMm: 0 }
    const body = { id: 'bin-7', name: 'Market', longitude: 1, latitude: 51, settings }
    const { status, headers, body: answer } = await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { body })
    expect(status).toBe(201)
    expect(headers['location']).toBe(`${ALPHA}/devices/bin-7`)
    expect(answer).toEqual({
      device: {
        ...body,
        kind: 'bin',
        uprn: null,
        usrn: null,
        stopIds: [],
        settings: { ...settings, devEui: DEV_EUI, mapping: 'milesight-em310-udl' },
      },
      stored: 2,
      stillQuarantined: 0,
    })
    const { items } = (await app.call('GET', `${ALPHA}/devices/bin-7/readings`)).body
    expect(items).toMatchObject([{ fillPercent: 50 }, { fillPercent: 50 }])
    expect((await app.call('GET', `${FOUND}/${DEV_EUI}`)).status).toBe(404)
    const again = await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { body })
    expect(again.status).toBe(404)
    expect((await app.call('GET', `${ALPHA}/ingest`)).body).toMatchObject({ stored: 2, quarantined: 0 })
  })

  test('what cannot be adopted as it is said is told, and stays found', async () => {
    const app = await openAlpha()
    await app.call('POST', `${ALPHA}/devices`, { body: { id: 'bin-1', kind: 'bin' } })
    for (const [change, path, status] of [
      [{ mapping: 'unheard-of' }, 'mapping', 400],
      [{ kind: 'traffic' }, 'kind', 400],
      [{ settings: { emptyDistanceMm: 5, fullDistanceMm: 9 } }, 'settings.emptyDistanceMm', 400],
      [{ settings: { emptyDistanceMm: 'far' } }, 'settings.emptyDistanceMm', 400],
      [{ id: 'bin-1' }, 'id', 409],
      [{ colour: 'green' }, 'colour', 400],
    ] as const) {
      const answer = await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { body: { id: 'bin-7', ...change } })
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([status, path])
    }
    expect((await app.call('GET', FOUND)).body.items).toHaveLength(1)
    expect((await app.call('GET', `${FOUND}/b2`)).status).toBe(400)

    const notCalibrated = await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { body: { id: 'bin-7' } })
    expect(notCalibrated.body).toMatchObject({ stored: 0, stillQuarantined: 2 })
    const { items } = (await app.call('GET', `${ALPHA}/quarantine`)).body
    expect(items).toMatchObject([{ reason: 'not_calibrated' }, { reason: 'not_calibrated' }])
  })

  test('one that is ignored is not listed, what waits of it is gone, and it can still be adopted', async () => {
    const app = await openAlpha()
    const ignored = await app.call('DELETE', `${FOUND}/${DEV_EUI}`)
    expect([ignored.status, ignored.body]).toEqual([200, { discarded: 2 }])
    expect((await app.call('GET', FOUND)).body.items).toEqual([])
    const { body } = await app.call('GET', `${FOUND}?state=ignored`)
    expect(body.items).toMatchObject([{ devEui: DEV_EUI, isIgnored: true }])
    expect((await app.call('GET', `${ALPHA}/ingest`)).body).toMatchObject({ stored: 0, quarantined: 2 })
    const adopted = await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { body: { id: 'bin-7' } })
    expect(adopted.status).toBe(201)
  })

  test('what waits of one that is registered without being adopted is stored too', async () => {
    const settings = { emptyDistanceMm: 1_400, fullDistanceMm: 0, mapping: 'milesight-em310-udl' }
    const withEui = { ...settings, devEui: DEV_EUI.toUpperCase() }
    const other = { id: 'bin-8', kind: 'bin' }
    const devices = `${ALPHA}/devices`
    for (const register of [
      async (app: TestApp) => [
        await app.call('POST', devices, { body: { id: 'bin-7', kind: 'bin', settings: withEui } }),
      ],
      async (app: TestApp) => [
        await app.call('POST', devices, { body: [other, { id: 'bin-7', kind: 'bin', settings: withEui }] }),
      ],
      async (app: TestApp) => [
        await app.call('POST', devices, { body: { id: 'bin-7', kind: 'bin', settings } }),
        await app.call('PATCH', `${devices}/bin-7`, { body: { settings: { devEui: DEV_EUI } } }),
      ],
    ]) {
      const app = await openAlpha()
      for (const { status } of await register(app)) expect(status).toBeLessThan(300)
      const { items } = (await app.call('GET', `${devices}/bin-7/readings`)).body
      expect(items).toMatchObject([{ fillPercent: 50 }, { fillPercent: 50 }])
      expect((await app.call('GET', `${ALPHA}/ingest`)).body).toMatchObject({ stored: 2, quarantined: 0 })
      expect((await app.call('GET', `${FOUND}/${DEV_EUI}`)).status).toBe(404)
    }
  })

  test('a device is registered, and its password told, also where what waits cannot be stored yet', async () => {
    const app = await openAlpha()
    await app.store.close()
    const device = { id: 'bin-7', kind: 'bin', settings: { devEui: DEV_EUI, mapping: 'milesight-em310-udl' } }
    const { status, body } = await app.call('POST', `${ALPHA}/devices`, { body: device })
    expect([status, typeof body.credentials.password]).toEqual([201, 'string'])
    expect((await app.call('GET', `${ALPHA}/quarantine`)).body.items).toHaveLength(2)
  })

  test('one that is registered by another way is found no longer', async () => {
    const app = await openAlpha()
    const device = { id: 'bin-7', kind: 'bin', settings: { devEui: DEV_EUI.toUpperCase() } }
    await app.call('POST', `${ALPHA}/devices`, { body: device })
    expect((await app.call('GET', FOUND)).body.items).toEqual([])
    expect((await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { body: { id: 'bin-8' } })).status).toBe(404)

    // As where it was heard just before that, by a process that did not know it yet.
    await noteFound(app)
    expect((await app.call('GET', FOUND)).body.items).toEqual([])
    const taken = await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { body: { id: 'bin-8' } })
    expect([taken.status, taken.body.errors[0].path]).toEqual([409, 'settings.devEui'])
  })

  test('are seen by whoever may read, adopted by operators, and are nobody else’s', async () => {
    const app = await openAlpha()
    const read = await app.createKey('alpha', 'read')
    const others = await app.createKey('beta', 'admin')
    const body = { id: 'bin-7' }
    expect((await app.call('GET', `${FOUND}/${DEV_EUI}`, { key: read })).status).toBe(200)
    for (const [key, expected] of [
      [read, 403],
      [others, 404],
      [null, 401],
    ] as const) {
      const answers = [
        await app.call('POST', `${FOUND}/${DEV_EUI}/adopt`, { key, body }),
        await app.call('DELETE', `${FOUND}/${DEV_EUI}`, { key }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([expected, expected])
    }
    expect((await app.call('GET', FOUND, { key: others })).status).toBe(404)
    const own = await app.call('GET', `/v1/authorities/beta/found-devices/${DEV_EUI}`, { key: others })
    expect(own.status).toBe(404)
  })
})

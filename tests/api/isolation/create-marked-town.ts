import { createCredentialSealer } from '../../../registry/seal-credentials.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'
import { openTestApp, type TestApp } from '../../fixtures/create-test-app.ts'
import { createAlert } from '../../registry/contract/alerts.ts'
import { createOutcome, createQuarantined } from '../../registry/contract/harness.ts'
import { SEALER } from '../hook-town.ts'

/** In each id that alpha gives a thing itself, and in each word that only alpha has ever said. */
export const ID_MARK = 'zqid'
export const SECRET_MARK = 'zqsecret'
/** Alpha's places and levels, of which there is nothing like anywhere else. */
export const NUMBER_MARKS = ['17.4171', '43.4343', '37.4137']
const PLACE = { longitude: 17.4171, latitude: 43.4343 }
const LEVEL = 37.4137

const ALPHA = '/v1/authorities/alpha'

export interface MarkedTown {
  readonly app: TestApp
  readonly alphaKey: string
  /** By scope. */
  readonly betaKeys: Readonly<Record<'published' | 'read' | 'operate' | 'admin', string>>
  /** Passwords of a device of each. */
  readonly passwords: { readonly alpha: string; readonly beta: string }
  /** Granted to a third authority. */
  readonly foreignShare: string
}

/** alpha, which has something of everything, all of it marked; beta, which has little; and gamma, to which alpha grants a share. */
export async function createMarkedTown(): Promise<MarkedTown> {
  const app = await openTestApp({
    limits: { requestsPerMinutePerAddress: 1_000_000, requestsPerMinutePerKey: 1_000_000 },
    hookReach: { sealer: SEALER, mailer: undefined, isPrivateAllowed: false },
    sealer: createCredentialSealer('a key that nobody can guess, of 32 characters'),
  })
  for (const id of ['alpha', 'beta', 'gamma']) await app.createAuthority({ id, timeZone: 'Europe/London' })
  const post = async (path: string, body: unknown) => {
    const answer = await app.call('POST', `${ALPHA}/${path}`, { body })
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`)
    return answer.body
  }
  const [bin] = [await post('devices', device('bin', 'bin'))]
  await post('devices', device('home', 'bin', { uprn: '100012345678' }))
  await post('devices', device('shared', 'bin'))
  await post('devices', device('counter', 'traffic'))
  await post('devices', device('display', 'display', { stopIds: ['zqid-stop-1'] }))
  await post('devices', device('vehicle', 'vehicle'))
  await writeReadings(app)
  await app.registry.recordIngested(
    createOutcome({
      counts: [{ authority: 'alpha', stored: 5, quarantined: 1 }],
      statuses: [
        { authority: 'alpha', kind: 'bin', device: 'zqid-bin', isOnline: true, time: app.clock.now() },
      ],
      quarantined: [
        createQuarantined({
          device: 'zqid-bin',
          topic: 'kerbside/v1/alpha/bin/zqid-bin/reading',
          payload: new TextEncoder().encode('{"zqsecret-payload":1}'),
          detail: 'zqsecret-detail',
          receivedTime: app.clock.now(),
        }),
      ],
    }),
  )
  await post('depots', { id: 'zqid-depot', name: 'zqsecret-depot', ...PLACE })
  await post('tips', { id: 'zqid-tip', name: 'zqsecret-tip', ...PLACE })
  await post('lorries', { id: 'zqid-lorry', name: 'zqsecret-lorry', depotId: 'zqid-depot' })
  const gtfs = Buffer.from(
    buildGtfs({
      'stops.txt': (text) => mark(text).replaceAll(',Stop ', ',zqsecret-transit '),
      'stop_times.txt': mark,
      'trips.txt': (text) => text.replaceAll('East Quay', 'zqsecret-transit-east'),
    }),
  )
  const headers = { 'content-type': 'application/zip' }
  const put = await app.call('PUT', `${ALPHA}/gtfs`, { body: gtfs, headers })
  if (put.status !== 201) throw new Error(put.text)
  await post('service-alerts', {
    id: 'zqid-transit-alert',
    header: [{ language: 'en', text: 'zqsecret-transit-works' }],
    informedEntities: [{ stopId: 'zqid-stop-1' }],
  })
  await post('hooks', { id: 'zqid-hook', name: 'zqsecret-hook', url: 'http://127.0.0.1:9/zqsecret-hook' })
  await post('connections', {
    id: 'zqid-connection',
    type: 'gtfs-realtime',
    url: 'http://127.0.0.1:9/zqsecret-connection',
  })
  await app.registry.recordAlerts(
    'alpha',
    { raised: [createAlert('tilt', 'zqid-bin', { summary: 'zqsecret-alert' })], cleared: [] },
    app.clock.now(),
  )
  await app.registry.createKeyRequest(
    'alpha',
    { name: 'zqsecret-applicant', contact: 'zqsecret@town.example', purpose: 'zqsecret-purpose' },
    10,
  )
  await post('mappings', {
    id: 'zqid-mapping',
    name: 'zqsecret-mapping',
    kind: 'bin',
    rules: [{ from: 'zqsecret-field', to: 'fillPercent' }],
  })
  await app.registry.recordFindings('alpha', [
    {
      devEui: '70b3d57ed00017ff',
      connectionId: 'zqid-connection',
      network: 'tts',
      name: 'zqsecret-found',
      suggestedMapping: null,
      time: app.clock.now(),
      sample: '{"zqsecret-sample":1}',
    },
  ])
  await reportBin(app)
  const round = await post('rounds', { date: '2026-02-17', seconds: 0.1, mustEmpty: ['zqid-bin'] })
  await app.call('GET', `${ALPHA}/rounds/${round.id}/events`)
  const dataset = { type: 'bins', deviceIds: ['zqid-bin'] }
  const share = await post('shares', { to: 'gamma', dataset, until: '2026-02-20T00:00:00Z' })

  const [own] = (
    await app.call('POST', '/v1/authorities/beta/devices', {
      body: [{ id: 'own-bin', kind: 'bin', longitude: 1, latitude: 50 }],
    })
  ).body.items
  await app.directory.refresh()
  const betaKeys = {
    published: await app.createKey('beta', 'published'),
    read: await app.createKey('beta', 'read'),
    operate: await app.createKey('beta', 'operate'),
    admin: await app.createKey('beta', 'admin'),
  }
  const { secret: alphaKey } = await app.registry.createKey(
    'alpha',
    { name: 'zqsecret-key', scopes: ['admin'] },
    'installation',
  )
  const passwords = { alpha: bin.credentials.password, beta: own.credentials.password }
  return { app, alphaKey, betaKeys, passwords, foreignShare: share.id }
}

function device(name: string, kind: string, changes: object = {}): object {
  const settings = { capacityLitres: 240, area: `zqsecret-${name}` }
  return { id: `zqid-${name}`, kind, name: `zqsecret-${name}`, ...PLACE, settings, ...changes }
}

function mark(text: string): string {
  return text.replaceAll(/\bstop-(\d+)/g, 'zqid-stop-$1')
}

/** Somebody has seen a bin overflow, and left a name. */
async function reportBin(app: TestApp): Promise<void> {
  const body = new URLSearchParams({
    service_code: 'overflowing-bin',
    lat: String(PLACE.latitude),
    long: String(PLACE.longitude),
    description: 'zqsecret-words',
    first_name: 'zqsecret-ann',
    email: 'zqsecret-ann@town.example',
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const path = `${ALPHA}/open311/v2/requests.json`
  const { status, text } = await app.call('POST', path, { body: body.toString(), headers })
  if (status >= 300) throw new Error(text)
}

async function writeReadings({ store, clock }: TestApp): Promise<void> {
  const time = clock.now() - 600_000
  const base = { authority: 'alpha', part: '', time, receivedTime: time }
  await store.write([
    { ...base, kind: 'bin', device: 'zqid-bin', fields: { fillPercent: LEVEL } },
    { ...base, kind: 'bin', device: 'zqid-home', fields: { fillPercent: LEVEL } },
    { ...base, kind: 'bin', device: 'zqid-shared', fields: { fillPercent: LEVEL } },
    {
      ...base,
      kind: 'traffic',
      device: 'zqid-counter',
      fields: { count: 12, intervalSeconds: 300, meanSpeedKph: LEVEL },
    },
    {
      ...base,
      kind: 'display',
      device: 'zqid-display',
      fields: { firmware: 'zqsecret-display', state: 'ok' },
    },
    { ...base, kind: 'vehicle', device: 'zqid-vehicle', fields: { ...PLACE, speedKph: LEVEL } },
  ])
}

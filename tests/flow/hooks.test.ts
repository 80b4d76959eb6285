import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { openPostgresRegistry } from '../../registry/postgres-registry.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type HookReceiver, startHookReceiver } from '../fixtures/start-hook-receiver.ts'
import { findInfluxdb, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { type KerbsideProcess, startKerbside } from '../fixtures/start-kerbside.ts'
import { startMailbox } from '../fixtures/start-mailbox.ts'
import { hasPostgres, startPostgres } from '../fixtures/start-postgres.ts'
import { verifyHookMessage } from '../fixtures/verify-hook-message.ts'
import { createAlert } from '../registry/contract/alerts.ts'

const HOOKS = '/v1/authorities/town/hooks'
const devicesOf = ({ messages }: HookReceiver) => messages.map(({ json }) => json.data.device)
const distinct = (values: readonly string[]) => [...new Set(values)]
const list = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at + 1}`)

test.skipIf(!hasPostgres || findInfluxdb() === undefined)(
  'of two API processes one tells a hook, the other goes on where it is killed, and all is told in order',
  async () => {
    const { apis, raise, mailbox } = await startInstallation()
    const [one, other] = apis
    const receiver = await startHookReceiver()
    await request(one.apiUrl, '/v1/authorities', { body: { id: 'town', name: 'Town', timeZone: 'UTC' } })
    // The processes raise alerts of their own, and clear those of this test: there are no such devices.
    const wanted = { events: ['raised'], conditions: ['tilt'] }
    const body = { id: 'duty', name: 'Duty', url: receiver.url, ...wanted }
    const hook = await request<{ secret: string }>(one.apiUrl, HOOKS, { body })
    await request(other.apiUrl, HOOKS, {
      body: { id: 'ann', name: 'Ann', email: 'ann@town.example', ...wanted },
    })
    const devices = list('bin', 60)
    await raise(devices.slice(0, 20))
    await eventually(() => devicesOf(receiver)).toEqual(devices.slice(0, 20))
    for (const { headers, body } of receiver.messages) {
      verifyHookMessage(headers, body, { secret: hook.secret, now: systemClock.now() })
    }

    let killed: Promise<void> | undefined
    receiver.answer = (response) => {
      if (receiver.messages.length === 30) killed = one.stop('SIGKILL')
      response.writeHead(204).end()
    }
    await raise(devices.slice(20))
    // Either had the lease: where it was the other one, the rest is told without a pause.
    await expect.poll(() => distinct(devicesOf(receiver)), { timeout: 60_000 }).toEqual(devices)
    await killed
    // What was under way may come twice, then under the same id; also where a busy machine lets a lease end.
    expect(receiver.messages.length).toBeLessThan(70)
    expect(distinct(receiver.messages.map(({ id }) => id))).toHaveLength(60)
    const deliveries = async () =>
      (await request<{ items: { status: string }[] }>(other.apiUrl, `${HOOKS}/duty/deliveries`)).items
    await eventually(async () => (await deliveries()).map(({ status }) => status)).toEqual(
      Array(60).fill('delivered'),
    )
    await expect.poll(() => mailbox.mails.length, { timeout: 60_000 }).toBeGreaterThan(0)
    expect(mailbox.mails.length).toBeLessThanOrEqual(2)
  },
  180_000,
)

async function startInstallation() {
  const folder = await createFolder()
  const [postgres, influxdb] = await Promise.all([startPostgres(), startInfluxdb()])
  onTestFinished(async () => {
    await Promise.all([postgres.stop(), influxdb.close()])
  })
  const mailbox = await startMailbox()
  const start = async (name: string): Promise<KerbsideProcess> => {
    const running = await startKerbside(['api'], {
      KERBSIDE_REGISTRY: postgres.url,
      KERBSIDE_STORE: `influxdb:${influxdb.url}?database=kerbside`,
      KERBSIDE_DATA: join(folder, name),
      KERBSIDE_SECRET_KEY: 'a key that nobody can guess, of 32 characters',
      KERBSIDE_ALLOW_PRIVATE: '1',
      KERBSIDE_SMTP: `smtp://127.0.0.1:${mailbox.port}?from=alerts@town.example`,
    })
    onTestFinished(() => running.stop('SIGKILL'))
    return running
  }
  const apis = [await start('api-1'), await start('api-2')] as const
  const registry = await openPostgresRegistry({ url: postgres.url, clock: systemClock, logger: silentLogger })
  onTestFinished(() => registry.close())
  const raise = async (devices: readonly string[]) => {
    const raised = devices.map((device) => createAlert('tilt', device))
    await registry.recordAlerts('town', { raised, cleared: [] }, systemClock.now())
  }
  return { apis, raise, mailbox }
}

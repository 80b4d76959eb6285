import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Credentials, createTown, request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import type { Balance } from '../fixtures/run-kills.ts'
import { type KerbsideProcess, startKerbside } from '../fixtures/start-kerbside.ts'

test('what is acknowledged after the journal was put back from a copy is stored', {
  timeout: 120_000,
}, async () => {
  const folder = await createFolder()
  const path = join(folder, 'journal.sqlite')
  const copy = join(folder, 'copy')
  let device: Credentials | undefined
  const run = async (first: number, count: number, stored: number): Promise<KerbsideProcess> => {
    const kerbside = await startKerbside(['up'], { KERBSIDE_DATA: folder })
    onTestFinished(() => kerbside.stop())
    device ??= (await createTown(kerbside.apiUrl, 'town', 1))[0]
    await publish(kerbside, device, first, count)
    await expect
      .poll(() => getBalance(kerbside), { timeout: 20_000, interval: 50 })
      .toMatchObject({ accepted: stored, stored, quarantined: 0, pending: 0 })
    await kerbside.stop()
    return kerbside
  }

  await run(0, 10, 10)
  await copyFile(path, copy)
  await run(10, 50, 60)
  await rm(`${path}-wal`, { force: true })
  await copyFile(copy, path)
  const { log } = await run(60, 20, 80)
  expect(log.join('\n')).toContain('it goes on under a new id')
})

async function publish(
  { mqttUrl }: KerbsideProcess,
  credentials: Credentials | undefined,
  first: number,
  count: number,
): Promise<void> {
  const client = await connectMqtt(mqttUrl, { ...credentials })
  const time = Date.now() - 60_000
  for (let i = first; i < first + count; i += 1) {
    const payload = JSON.stringify({ fillPercent: i, time: time + i })
    await client.publishAsync('kerbside/v1/town/bin/bin-1/reading', payload, { qos: 1 })
  }
  await client.endAsync()
}

function getBalance({ apiUrl }: KerbsideProcess): Promise<Balance> {
  return request(apiUrl, '/v1/authorities/town/ingest')
}

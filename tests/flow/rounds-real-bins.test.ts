import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findTestData } from '../fixtures/find-test-data.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { runKerbside, startKerbside } from '../fixtures/start-kerbside.ts'

const data = findTestData('routing/bins-geojson')

test.skipIf(!data)(
  'the real bins of Baildon and of Brussels are imported, publish as devices, and are planned over straight lines',
  { timeout: 120_000 },
  async () => {
    const folder = await createFolder()
    const { apiUrl, mqttUrl, stop } = await startKerbside(['up'], { KERBSIDE_DATA: folder })
    onTestFinished(() => stop())
    for (const [id, timeZone, bins] of [
      ['Baildon', 'Europe/London', 109],
      ['Brussels', 'Europe/Brussels', 18],
    ] as const) {
      await request(apiUrl, '/v1/authorities', { body: { id, name: id, timeZone } })
      const [file, passwords] = [join(data as string, `${id}_0.5.geojson`), join(folder, `${id}.json`)]
      await runKerbside(['import', 'devices', file, '--authority', id, '--credentials', passwords], {
        KERBSIDE_HTTP: new URL(apiUrl).host,
      })
      const credentials = Object.entries(JSON.parse(await readFile(passwords, 'utf8')))
      expect(credentials).toHaveLength(bins)
      for (const [index, [device, login]] of credentials.entries()) {
        const client = await connectMqtt(mqttUrl, login as { username: string; password: string })
        const fillPercent = 60 + ((index * 37) % 40)
        await client.publishAsync(
          `kerbside/v1/${id}/bin/${device}/reading`,
          JSON.stringify({ fillPercent }),
          {
            qos: 1,
          },
        )
        await client.endAsync()
      }
      const ingest = `/v1/authorities/${id}/ingest`
      await expect.poll(async () => (await request<{ stored: number }>(apiUrl, ingest)).stored).toBe(bins)

      // The file names the depot that the lorries of its authors start from; the lorries are ours.
      const lorry = { id: 'lorry', name: 'Lorry', depotId: 'DP1' }
      await request(apiUrl, `/v1/authorities/${id}/lorries`, { body: lorry })
      const rounds = `/v1/authorities/${id}/rounds`
      const date = new Date().toISOString().slice(0, 10)
      const { id: roundId } = await request<Round>(apiUrl, rounds, { body: { date, seconds: 2 } })
      const getRound = () => request<Round>(apiUrl, `${rounds}/${roundId}`)
      await expect.poll(async () => (await getRound()).status, { timeout: 30_000 }).toBe('done')
      const { estimated, attribution, lorries, left } = await getRound()
      expect({ estimated, attribution }).toEqual({ estimated: true, attribution: null })
      const lifted = lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? []))
      expect(new Set([...lifted, ...left.map(({ deviceId }) => deviceId)]).size).toBe(bins)
      expect(lifted.length).toBeGreaterThan(bins / 4)
    }
  },
)

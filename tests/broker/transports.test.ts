import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder } from '../fixtures/create-folder.ts'
import { connectMqtt, nextMessages } from '../fixtures/mqtt-device.ts'
import { startTestBroker } from '../fixtures/start-test-broker.ts'

const reading = 'kerbside/v1/a/bin/bin1/reading'
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test.skipIf(!hasOpenssl)(
  `a device publishes over TLS${hasOpenssl ? '' : ' (skipped: openssl is absent)'}`,
  async () => {
    const folder = await createFolder()
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', keyFile, '-out', certFile],
    ])
    expect(made.status).toBe(0)
    const cert = readFileSync(certFile)
    const listen = { mqtts: { host: '127.0.0.1', port: 0, cert, key: readFileSync(keyFile) } }
    const town = await startTestBroker({ listen })
    onTestFinished(() => town.close())
    expect(town.broker.mqttPort).toBeNull()
    const url = `mqtts://localhost:${town.broker.mqttsPort}`
    const login = { username: 'a/bin1', password: await town.addDevice('a', 'bin1') }
    for (const protocolVersion of [4, 5] as const) {
      const device = await connectMqtt(url, { ...login, protocolVersion, ca: cert })
      for (const qos of [0, 1, 2] as const) await device.publishAsync(reading, 'x'.repeat(200_000), { qos })
      await device.endAsync()
    }
    expect(town.broker.stats().publishes).toBe(6)
  },
)

test('a device publishes over WebSocket at /mqtt, and is refused elsewhere', async () => {
  const town = await startTestBroker()
  const http = createServer()
  http.on('upgrade', town.broker.handleUpgrade)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await town.close()
    http.close()
  })
  const { port } = http.address() as AddressInfo
  const url = `ws://127.0.0.1:${port}/mqtt`
  const login = { username: 'a/bin1', password: await town.addDevice('a', 'bin1') }
  for (const protocolVersion of [4, 5] as const) {
    const device = await connectMqtt(url, { ...login, protocolVersion })
    const own = nextMessages(device, 3)
    await device.subscribeAsync('kerbside/v1/a/bin/bin1/#', { qos: 1 })
    for (const qos of [0, 1, 2] as const)
      await device.publishAsync(reading, `${qos}`.repeat(200_000), { qos })
    expect((await own).map(({ text }) => text[0])).toEqual(['0', '1', '2'])
    await device.endAsync()
  }
  await expect(connectMqtt(url, { ...login, password: 'nonsense' })).rejects.toThrow()
  expect(await upgrade(port, '/elsewhere', 'mqtt')).toBe(404)
  expect(await upgrade(port, '/mqtt', 'chat')).toBe(400)
  expect(await upgrade(port, '/mqtt', 'mqtt')).toBe(101)
})

/** The status that a request to speak WebSocket is answered with. */
function upgrade(port: number, path: string, protocol: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Protocol': protocol,
    }
    get({ host: '127.0.0.1', port, path, headers })
      .on('response', ({ statusCode }) => resolve(statusCode))
      .on('upgrade', ({ statusCode }, socket) => {
        socket.destroy()
        resolve(statusCode)
      })
      .on('error', reject)
  })
}

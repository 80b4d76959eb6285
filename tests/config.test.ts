import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../config.ts'
import { KerbsideError } from '../model/error.ts'

function faultsOf(environment: Record<string, string>): readonly { path: string; message: string }[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof KerbsideError) return error.faults
    throw error
  }
  return []
}

describe('the environment', () => {
  test('an empty one gives the one-process shape on loopback', () => {
    const config = readConfig({ KERBSIDE_DATA: '/srv/kerbside' })
    expect(config.http).toEqual({ host: '127.0.0.1', port: 8080 })
    expect(config.mqtt).toEqual({ host: '127.0.0.1', port: 1883 })
    expect(config.store).toEqual({ type: 'duckdb', path: '/srv/kerbside/readings.duckdb' })
    expect(config.registry).toEqual({ type: 'sqlite', path: '/srv/kerbside/registry.sqlite' })
    expect(config.source).toEqual({ type: 'journal' })
    expect(config.roads).toEqual({ type: 'graph', path: '/srv/kerbside/roads.kerbside' })
    expect(config.oldestDays).toBe(400)
    expect(config.contactDays).toBe(90)
  })

  test.each([
    ['KERBSIDE_HTTP', '8080', 'host:port'],
    ['KERBSIDE_HTTP', '127.0.0.1:70000', '65535'],
    ['KERBSIDE_MQTT', 'localhost', 'host:port'],
    ['KERBSIDE_STORE', 'influxdb:http://localhost:8086', 'database=NAME'],
    ['KERBSIDE_STORE', 'mongodb://localhost', 'duckdb:'],
    ['KERBSIDE_REGISTRY', 'mysql://localhost', 'postgres://'],
    ['KERBSIDE_SOURCE', 'kafka://localhost', 'mqtt://'],
    ['KERBSIDE_ROADS', 'osrm:localhost:5000', 'osrm:http://HOST:PORT'],
    ['KERBSIDE_ROADS', 'google:', 'straight:'],
    ['KERBSIDE_SMTP', 'mail.example:25', 'smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS'],
    ['KERBSIDE_SMTP', 'smtp://mail.example', "sender's e-mail address"],
    ['KERBSIDE_ADMIN_KEY', 'with a space', 'without white space'],
    ['KERBSIDE_ADMIN_KEY', 'schlüssel', 'ASCII'],
    ['KERBSIDE_TRUSTED_PROXIES', '10.0.0.1,proxy', '192.168.0.0/16'],
    ['KERBSIDE_TRUSTED_PROXIES', '10.0.0.0/33', '192.168.0.0/16'],
    ['KERBSIDE_PUBLIC_URL', 'ftp://town', 'https'],
    ['KERBSIDE_PUBLIC_MQTT', 'https://town', 'mqtt://HOST:PORT'],
    ['KERBSIDE_PUBLIC_MQTT', 'mqtt://user@town', 'without a user'],
    ['KERBSIDE_MAP_STYLE', 'style.json', 'https://maps.example/style.json'],
    ['KERBSIDE_MAP_STYLE', 'https://maps.example/style.json,tiles', 'https://tiles.example'],
    ['KERBSIDE_OLDEST_DAYS', '-1', '36500'],
    ['KERBSIDE_CONTACT_DAYS', '366', '365'],
    ['KERBSIDE_LOG', 'loud', 'info'],
    ['KERBSIDE_LIMITS', 'speed=1', 'journalBytes'],
    ['KERBSIDE_LIMITS', 'packetBytes=0', 'whole number'],
    ['KERBSIDE_CLOCK', 'tomorrow', '2026-02-16T15:58:00Z*60'],
    ['KERBSIDE_CLOCK', '2026-02-30T00:00:00Z*60', '2026-02-16T15:58:00Z*60'],
  ])('%s=%s is refused, and the message says what is allowed', (name, value, allowed) => {
    const [fault] = faultsOf({ [name]: value })
    expect(fault?.path).toBe(name)
    expect(fault?.message).toContain(allowed)
  })

  test('proxies are addresses and ranges, of either family', () => {
    const { trustedProxies } = readConfig({
      KERBSIDE_TRUSTED_PROXIES: '10.0.0.7, 192.168.0.0/16,fd00::/8,::1',
    })
    expect(trustedProxies).toEqual(['10.0.0.7', '192.168.0.0/16', 'fd00::/8', '::1'])
  })

  test('every wrong variable is named at once', () => {
    expect(faultsOf({ KERBSIDE_HTTP: 'x', KERBSIDE_LOG: 'y' }).map(({ path }) => path)).toEqual([
      'KERBSIDE_HTTP',
      'KERBSIDE_LOG',
    ])
  })

  test('a refused value shows no password', () => {
    const [key] = faultsOf({ KERBSIDE_ADMIN_KEY: 'hunter2 ' })
    expect(key?.message).not.toContain('hunter2')
    const [registry] = faultsOf({ KERBSIDE_REGISTRY: 'mysql://user:hunter2@localhost/db' })
    expect(registry?.message).not.toContain('hunter2')
    const [smtp] = faultsOf({ KERBSIDE_SMTP: 'smtp://user:hunter2/hunter2@mail.example?from=a@town.example' })
    expect(smtp?.message).not.toContain('hunter2')
  })

  test('TLS without its certificate is refused', () => {
    expect(faultsOf({ KERBSIDE_MQTTS: '127.0.0.1:8883' })[0]?.path).toBe('KERBSIDE_TLS_CERT')
  })

  test('a file that is no certificate, or the key of another one, is refused with its variable', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kerbside-tls-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const nonsense = join(folder, 'nonsense.pem')
    writeFileSync(nonsense, 'nonsense')
    const faults = faultsOf({
      KERBSIDE_MQTTS: '127.0.0.1:8883',
      KERBSIDE_TLS_CERT: nonsense,
      KERBSIDE_TLS_KEY: join(folder, 'none.pem'),
    })
    expect(faults.map(({ path }) => path)).toEqual(['KERBSIDE_TLS_CERT', 'KERBSIDE_TLS_KEY'])
    expect(faults[0]?.message).toContain('a PEM file with a certificate is expected')
    expect(faults[1]?.message).toContain('a PEM file with a private key is expected')
  })

  test('the parameters of a source are refused with their variable', () => {
    const [fault] = faultsOf({ KERBSIDE_SOURCE: 'mqtt://user:hunter2@host?protocol=7' })
    expect(fault).toMatchObject({ path: 'KERBSIDE_SOURCE', message: expect.stringContaining('protocol=7') })
    expect(fault?.message).not.toContain('hunter2')
  })

  test('a clock starts where it is told and runs as fast as it is told', () => {
    const clock = readConfig({ KERBSIDE_CLOCK: '2026-02-16T15:58:00Z*60' }).createClock()
    expect(clock.speed).toBe(60)
    expect(clock.now() - Date.UTC(2026, 1, 16, 15, 58)).toBeLessThan(60_000)
    expect(clock.now()).toBeGreaterThanOrEqual(Date.UTC(2026, 1, 16, 15, 58))
  })

  test('limits are given by name', () => {
    const { limits } = readConfig({ KERBSIDE_LIMITS: 'journalBytes=1000, connections=5, quarantineDays=2' })
    expect(limits.journalBytes).toBe(1000)
    expect(limits.broker.connections).toBe(5)
    expect(limits.broker.connectionsPerDevice).toBe(readConfig({}).limits.broker.connectionsPerDevice)
    expect(limits.quarantine.days).toBe(2)
  })
})

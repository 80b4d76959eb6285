import { readFileSync } from 'node:fs'
import { isIP, isIPv6 } from 'node:net'
import { join, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { type ApiLimits, DEFAULT_LIMITS as DEFAULT_API_LIMITS } from './api/limits.ts'
import { type BrokerLimits, DEFAULT_BROKER_LIMITS } from './broker/limits.ts'
import { parseMqttSourceUrl } from './ingest/mqtt-source-url.ts'
import { QUARANTINE_LIMITS, type QuarantineLimits } from './ingest/trim-quarantine.ts'
import { type Clock, createScaledClock, systemClock } from './model/clock.ts'
import { KerbsideError, messageOf } from './model/error.ts'
import { parseTime } from './model/time.ts'
import type { MailServer } from './outside/open-mailer.ts'
import { parseMailServer } from './outside/parse-mail-server.ts'

export interface Address {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
}

type StoreConfig = { type: 'duckdb'; path: string } | { type: 'influxdb'; url: string }
type RegistryConfig = { type: 'sqlite'; path: string } | { type: 'postgres'; url: string }
type RoadsConfig =
  /** The imported map; straight lines where nobody has imported any. */
  { type: 'graph'; path: string } | { type: 'straight' } | { type: 'osrm' | 'valhalla'; url: string }
/** Where in the data folder the imported map is, unless `KERBSIDE_ROADS` says otherwise. */
export const ROADS_FILE = 'roads.kerbside'
type SourceConfig = { type: 'journal' } | { type: 'mqtt'; url: string }

export interface Config {
  readonly dataFolder: string
  readonly http: Address
  readonly mqtt: Address
  readonly mqtts: (Address & Tls) | undefined
  readonly store: StoreConfig
  readonly registry: RegistryConfig
  readonly source: SourceConfig
  readonly roads: RoadsConfig
  readonly adminKey: string | undefined
  /** Encrypts credentials of connections and secrets of hooks; without it none can be kept. */
  readonly secretKey: string | undefined
  /** Whether outside addresses that users configure may lead to private networks. */
  readonly isPrivateAllowed: boolean
  /** Where e-mail is handed over; without it none is sent. */
  readonly mailServer: MailServer | undefined
  readonly publicUrl: string | undefined
  /** Where devices publish, as they are told. */
  readonly publicMqttUrl: string | undefined
  /** A style of MapLibre for the console's map, and the origins that it is allowed to ask. */
  readonly mapStyle: { readonly url: string; readonly origins: readonly string[] } | undefined
  readonly trustedProxies: readonly string[]
  /** Readings older than this are refused; 0 for no limit. */
  readonly oldestDays: number
  /** How long contact details of reports are kept after those are closed; 0 keeps none. */
  readonly contactDays: number
  readonly logLevel: (typeof LOG_LEVELS)[number]
  readonly limits: Limits
  /** Made anew at each call: it starts when it is made. */
  readonly createClock: () => Clock
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Every limit that `KERBSIDE_LIMITS` may set, with its default; each is explained where it is defined. */
const DEFAULT_LIMITS = {
  broker: DEFAULT_BROKER_LIMITS,
  api: DEFAULT_API_LIMITS,
  quarantine: QUARANTINE_LIMITS,
} as const

interface Limits {
  readonly broker: BrokerLimits
  readonly api: ApiLimits
  readonly quarantine: QuarantineLimits
  /** Undefined for the smaller of 10 GiB and 80 % of the free space. */
  readonly journalBytes: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The only reader of the environment. Throws a KerbsideError INVALID_CONFIG that names every wrong variable, its value
 * and what is allowed.
 */
export function readConfig(environment: Environment): Config {
  const faults: { path: string; message: string }[] = []
  const read = <T>(
    name: string,
    fallback: string | undefined,
    parse: (value: string) => T,
  ): T | undefined => {
    const value = environment[name] || fallback
    if (value === undefined) return undefined
    try {
      return parse(value)
    } catch (error) {
      const shown = SECRET.has(name) ? 'its value' : JSON.stringify(hidePassword(value))
      faults.push({ path: name, message: `${shown} is not allowed: ${messageOf(error)}` })
      return undefined
    }
  }

  const dataFolder = resolve(environment['KERBSIDE_DATA'] || './data')
  const http = read('KERBSIDE_HTTP', '127.0.0.1:8080', parseAddress)
  const mqtt = read('KERBSIDE_MQTT', '127.0.0.1:1883', parseAddress)
  const mqttsAddress = read('KERBSIDE_MQTTS', undefined, parseAddress)
  const cert = read('KERBSIDE_TLS_CERT', undefined, (path) => readPem(path, 'a certificate', 'cert'))
  const key = read('KERBSIDE_TLS_KEY', undefined, (path) => readPem(path, 'a private key', 'key'))
  const store = read('KERBSIDE_STORE', 'duckdb:', (value) => parseStore(value, dataFolder))
  const registry = read('KERBSIDE_REGISTRY', 'sqlite:', (value) => parseRegistry(value, dataFolder))
  const source = read('KERBSIDE_SOURCE', 'journal:', parseSource)
  const roads = read('KERBSIDE_ROADS', 'graph:', (value) => parseRoads(value, dataFolder))
  const adminKey = read('KERBSIDE_ADMIN_KEY', undefined, parseAdminKey)
  const secretKey = read('KERBSIDE_SECRET_KEY', undefined, parseSecretKey)
  const isPrivateAllowed = read('KERBSIDE_ALLOW_PRIVATE', '0', parseSwitch)
  const mailServer = read('KERBSIDE_SMTP', undefined, parseMailServer)
  const publicUrl = read('KERBSIDE_PUBLIC_URL', undefined, parsePublicUrl)
  const publicMqttUrl = read('KERBSIDE_PUBLIC_MQTT', undefined, parsePublicMqtt)
  const mapStyle = read('KERBSIDE_MAP_STYLE', undefined, parseMapStyle)
  const trustedProxies = read('KERBSIDE_TRUSTED_PROXIES', '', parseProxies)
  const oldestDays = read('KERBSIDE_OLDEST_DAYS', '400', parseOldestDays)
  const contactDays = read('KERBSIDE_CONTACT_DAYS', '90', parseContactDays)
  const logLevel = read('KERBSIDE_LOG', 'info', parseLogLevel)
  const limits = read('KERBSIDE_LIMITS', '', parseLimits)
  const createClock = read('KERBSIDE_CLOCK', 'system', parseClock)
  if (mqttsAddress && !(cert && key) && !faults.some(({ path }) => path.startsWith('KERBSIDE_TLS'))) {
    const path = cert ? 'KERBSIDE_TLS_KEY' : 'KERBSIDE_TLS_CERT'
    faults.push({ path, message: 'is needed with KERBSIDE_MQTTS: the path of a PEM file' })
  }

  if (cert && key && !isPair(cert, key)) {
    faults.push({
      path: 'KERBSIDE_TLS_KEY',
      message: 'is not the key of the certificate of KERBSIDE_TLS_CERT',
    })
  }

  const mqtts = mqttsAddress && cert && key ? { ...mqttsAddress, cert, key } : undefined
  if (
    faults.length > 0 ||
    !http ||
    !mqtt ||
    !store ||
    !registry ||
    !source ||
    !roads ||
    !trustedProxies ||
    oldestDays === undefined ||
    contactDays === undefined ||
    isPrivateAllowed === undefined ||
    !logLevel ||
    !limits ||
    !createClock
  ) {
    const list = faults.map(({ path, message }) => `${path}: ${message}`).join('\n')
    throw new KerbsideError('INVALID_CONFIG', list, { faults })
  }
  return {
    dataFolder,
    http,
    mqtt,
    mqtts,
    store,
    registry,
    source,
    roads,
    adminKey,
    secretKey,
    isPrivateAllowed,
    mailServer,
    publicUrl,
    publicMqttUrl,
    mapStyle,
    trustedProxies,
    oldestDays,
    contactDays,
    logLevel,
    limits,
    createClock,
  }
}

const SECRET = new Set(['KERBSIDE_ADMIN_KEY', 'KERBSIDE_SECRET_KEY'])

function hidePassword(value: string): string {
  // To the last @: a password with a slash that should have been written as %2F is one all the same.
  return value.replace(/(:\/\/[^/@]*:).*@/, '$1…@')
}

function parseAddress(value: string): Address {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]\s]+):(\d{1,5})$/.exec(value)
  const port = Number(match?.[2])
  if (!match?.[1] || port > 65_535) {
    throw new Error('host:port is expected, such as 127.0.0.1:8080, with a port of 0 (any) to 65535')
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}

function isPair(cert: Buffer, key: Buffer): boolean {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}

function readPem(path: string, what: string, option: 'cert' | 'key'): Buffer {
  const allowed = `the path of a PEM file with ${what} is expected`
  let pem: Buffer
  try {
    pem = readFileSync(path)
  } catch (error) {
    throw new Error(`${messageOf(error)}; ${allowed}`)
  }
  try {
    createSecureContext({ [option]: pem })
  } catch (error) {
    throw new Error(`the file has none (${messageOf(error)}); ${allowed}`)
  }
  return pem
}

function parseStore(value: string, dataFolder: string): StoreConfig {
  if (value.startsWith('duckdb:')) {
    return { type: 'duckdb', path: value.slice('duckdb:'.length) || join(dataFolder, 'readings.duckdb') }
  }
  if (value.startsWith('influxdb:')) {
    const url = URL.parse(value.slice('influxdb:'.length))
    if (url && /^https?:$/.test(url.protocol) && url.searchParams.get('database')) {
      return { type: 'influxdb', url: url.href }
    }
  }
  throw new Error('"duckdb:", "duckdb:FILE" or "influxdb:http://HOST:PORT?database=NAME" is expected')
}

function parseRegistry(value: string, dataFolder: string): RegistryConfig {
  if (value.startsWith('sqlite:')) {
    return { type: 'sqlite', path: value.slice('sqlite:'.length) || join(dataFolder, 'registry.sqlite') }
  }
  if (/^postgres(ql)?:\/\//.test(value) && URL.canParse(value)) return { type: 'postgres', url: value }
  throw new Error('"sqlite:", "sqlite:FILE" or "postgres://USER:PASSWORD@HOST/DATABASE" is expected')
}

function parseSource(value: string): SourceConfig {
  if (value === 'journal:') return { type: 'journal' }
  if (/^(mqtt|mqtts|ws|wss):\/\//.test(value) && URL.canParse(value)) {
    parseMqttSourceUrl(value)
    return { type: 'mqtt', url: value }
  }
  if (value.startsWith('nats://'))
    throw new Error('NATS is not supported yet; use its MQTT listener: mqtt://HOST:PORT')
  throw new Error('"journal:" or "mqtt://USER:PASSWORD@HOST:PORT" is expected')
}

function parseRoads(value: string, dataFolder: string): RoadsConfig {
  if (value.startsWith('graph:')) {
    return { type: 'graph', path: value.slice('graph:'.length) || join(dataFolder, ROADS_FILE) }
  }
  if (value === 'straight:') return { type: 'straight' }
  const [, type, address = ''] = /^(osrm|valhalla):(.*)$/.exec(value) ?? []
  const url = URL.parse(address)
  if ((type === 'osrm' || type === 'valhalla') && url && /^https?:$/.test(url.protocol)) {
    return { type, url: url.href.replace(/\/$/, '') }
  }
  throw new Error(
    '"graph:", "graph:FILE", "straight:", "osrm:http://HOST:PORT" or "valhalla:http://HOST:PORT" is expected',
  )
}

function parseAdminKey(value: string): string {
  // What a header can carry and no more; how long it takes to guess is the choice of whoever sets it.
  if (!/^[\x21-\x7e]{1,256}$/.test(value))
    throw new Error('1 to 256 ASCII characters without white space are expected')
  return value
}

function parseSecretKey(value: string): string {
  // What an AES-256 key is derived from: a short one could be guessed by whoever has a copy of the registry.
  if (value.length < 32)
    throw new Error('at least 32 characters are expected, such as of openssl rand -base64 32')
  return value
}

function parseSwitch(value: string): boolean {
  if (value !== '0' && value !== '1') throw new Error('0 or 1 is expected')
  return value === '1'
}

function parseProxies(value: string): readonly string[] {
  const proxies = parseList(value)
  for (const proxy of proxies) {
    const [address = '', bits, ...rest] = proxy.split('/')
    const isRange =
      bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32))
    if (isIP(address) === 0 || !isRange || rest.length > 0)
      throw new Error(
        `${proxy} is none of addresses or ranges with commas, such as 10.0.0.7, 192.168.0.0/16, fd00::/8`,
      )
  }
  return proxies
}

function parsePublicUrl(value: string): string {
  const url = URL.parse(value)
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('an http or https address is expected')
  return url.href.replace(/\/$/, '')
}

function parsePublicMqtt(value: string): string {
  const url = URL.parse(value)
  if (!url || !/^(mqtts?|wss?):$/.test(url.protocol) || url.hostname === '' || url.username !== '') {
    throw new Error('mqtt://HOST:PORT, or mqtts, ws or wss, without a user is expected')
  }
  return url.href.replace(/\/$/, '')
}

/** The style's address, then the origins of what it refers to, beside its own. */
function parseMapStyle(value: string): { url: string; origins: string[] } {
  const urls = parseList(value).map((part) => URL.parse(part))
  const [style] = urls
  if (!style || urls.some((url) => !url || !/^https?:$/.test(url.protocol))) {
    throw new Error(
      "the http or https address of a MapLibre style is expected, then, with commas, the origins of its tiles, fonts and images where they are others, such as 'https://maps.example/style.json,https://tiles.example'",
    )
  }
  return { url: style.href, origins: [...new Set(urls.flatMap((url) => (url ? [url.origin] : [])))] }
}

function parseList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function parseOldestDays(value: string): number {
  const days = Number(value)
  if (!/^\d+$/.test(value) || days > 36_500) {
    throw new Error('a whole number of days from 0 (no limit) to 36500 is expected')
  }
  return days
}

function parseContactDays(value: string): number {
  const days = Number(value)
  if (!/^\d+$/.test(value) || days > 365) {
    throw new Error('a whole number of days from 0 (none are kept) to 365 is expected')
  }
  return days
}

function parseLogLevel(value: string): (typeof LOG_LEVELS)[number] {
  const level = LOG_LEVELS.find((name) => name === value)
  if (!level) throw new Error(`one of ${LOG_LEVELS.join(', ')} is expected`)
  return level
}

/** Names are as in the defaults; those of the quarantine, which say too little alone, begin with `quarantine`. */
function parseLimits(value: string): Limits {
  const broker: Record<string, number> = { ...DEFAULT_LIMITS.broker }
  const api: Record<string, number> = { ...DEFAULT_LIMITS.api }
  const quarantine: Record<string, number> = {
    quarantineDays: DEFAULT_LIMITS.quarantine.days,
    quarantineReadings: DEFAULT_LIMITS.quarantine.readings,
    quarantineBytes: DEFAULT_LIMITS.quarantine.bytes,
  }
  const journal: Record<string, number> = { journalBytes: 0 }
  const groups = [broker, api, quarantine, journal]
  for (const part of parseList(value)) {
    const [name = '', number = ''] = part.split('=')
    const group = groups.find((limits) => Object.hasOwn(limits, name))
    if (!group) {
      const names = groups.flatMap((limits) => Object.keys(limits)).join(', ')
      throw new Error(`${name} is no limit; NAME=NUMBER is expected, where NAME is one of ${names}`)
    }
    if (!/^[1-9]\d{0,14}$/.test(number)) throw new Error(`${name} takes a whole number from 1`)
    group[name] = Number(number)
  }
  return {
    broker: broker as unknown as BrokerLimits,
    api: api as unknown as ApiLimits,
    quarantine: {
      days: quarantine['quarantineDays'] ?? DEFAULT_LIMITS.quarantine.days,
      readings: quarantine['quarantineReadings'] ?? DEFAULT_LIMITS.quarantine.readings,
      bytes: quarantine['quarantineBytes'] ?? DEFAULT_LIMITS.quarantine.bytes,
    },
    journalBytes: journal['journalBytes'] || undefined,
  }
}

function parseClock(value: string): () => Clock {
  if (value === 'system') return () => systemClock
  const [start = '', factor = '1'] = value.split('*')
  const startTime = parseTime(start)
  const speed = Number(factor)
  if (startTime === undefined || !(speed > 0 && speed <= 1e9)) {
    throw new Error('"system" or a start with its speed is expected, such as 2026-02-16T15:58:00Z*60')
  }
  return () => createScaledClock(startTime, speed)
}

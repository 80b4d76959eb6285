import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Credentials, createTown, request } from '../tests/fixtures/api-client.ts'
import { startKerbside } from '../tests/fixtures/start-kerbside.ts'
import { startLoad } from '../tests/fixtures/start-load.ts'
import { startMosquitto } from '../tests/fixtures/start-mosquitto.ts'
import type { LoadTask } from './mqtt-load.ts'

const SINK = fileURLToPath(new URL('./mqtt-sink.ts', import.meta.url))
const AUTHORITY = 'bench'
const CONNECTIONS = 50
const IN_FLIGHT = 20
const TRICKLE_PER_SECOND = 1_000

/**
 * How many messages a second Kerbside acknowledges and stores, beside how many Mosquitto forwards to one QoS 1
 * subscriber under the same load in the same run; then the time from publish to queryable at 1,000 messages a second.
 */
export async function benchIngest(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({
    args,
    options: { seconds: { type: 'string', default: '30' }, rounds: { type: 'string', default: '1' } },
  })
  const seconds = Number(values.seconds)
  const kerbside: Awaited<ReturnType<typeof measureKerbside>>[] = []
  const mosquitto: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    mosquitto.push(await measureMosquitto(seconds))
    kerbside.push(await measureKerbside(seconds))
    process.stderr.write(
      `mosquitto ${mosquitto.at(-1)} messages/s, kerbside ${JSON.stringify(kerbside.at(-1))}\n`,
    )
  }
  const ratios = kerbside.map(
    ({ messagesPerSecond }, round) => messagesPerSecond / (mosquitto[round] ?? Number.NaN),
  )
  const last = kerbside.at(-1)
  return {
    ...last,
    messagesPerSecond: median(kerbside.map((run) => run.messagesPerSecond)),
    mosquittoMessagesPerSecond: median(mosquitto),
    ratio: Number(median(ratios).toFixed(3)),
    seconds,
  }
}

async function measureKerbside(seconds: number) {
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-bench-'))
  const kerbside = await startKerbside(['up'], { KERBSIDE_DATA: folder, KERBSIDE_LOG: 'info' })
  try {
    const credentials = await createTown(kerbside.apiUrl, AUTHORITY, CONNECTIONS)
    const watching = watchMemory(kerbside.child)
    const load = await startLoad({
      mqttUrl: kerbside.mqttUrl,
      devices: devicesOf(credentials),
      inFlight: IN_FLIGHT,
      seconds,
    }).result
    const stored = await waitUntilStored(kerbside.apiUrl, load.acknowledged)
    const messagesPerSecond = Math.round(stored.stored / ((stored.time - load.startedTime) / 1000))
    const memory = watching.stop()
    const latency = await measureLatency(kerbside.apiUrl, kerbside.mqttUrl, credentials)
    return {
      messagesPerSecond,
      acknowledgedPerSecond: Math.round(load.acknowledged / load.seconds),
      acknowledged: load.acknowledged,
      stored: stored.stored,
      ...memory,
      ...latency,
    }
  } finally {
    await kerbside.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Polls the API until all that was acknowledged is stored. */
async function waitUntilStored(
  apiUrl: string,
  acknowledged: number,
): Promise<{ stored: number; time: number }> {
  for (;;) {
    const { stored, quarantined, pending } = await request<{
      stored: number
      quarantined: number
      pending: number
    }>(apiUrl, `/v1/authorities/${AUTHORITY}/ingest`)
    if (quarantined > 0) throw new Error(`${quarantined} readings were quarantined`)
    if (pending === 0 && stored >= acknowledged) return { stored, time: Date.now() }
    await delay(20)
  }
}

/**
 * Publishes 1,000 messages a second for ten seconds and asks the API for one device's readings over and over: a reading's
 * latency ends with the answer in which it first is. Readings have no time, so theirs is that of their receipt.
 */
async function measureLatency(apiUrl: string, mqttUrl: string, credentials: readonly Credentials[]) {
  // Each device's readings are a millisecond apart from `firstTime` on, by number: the one sent at second s is number
  // s × rate. The probe's send times follow from the pace.
  const firstTime = Date.now() - 20 * 86_400_000
  const running = startLoad({
    mqttUrl,
    devices: devicesOf(credentials),
    seconds: 10,
    rate: TRICKLE_PER_SECOND,
    firstTime,
    recordProbe: true,
  }).result
  const seenAt: number[] = []
  let sentAt: readonly number[] = []
  let isLoading = true
  const polling = (async () => {
    let expected = Number.POSITIVE_INFINITY
    while (isLoading || seenAt.length < expected) {
      const from = firstTime + seenAt.length
      const { items } = await request<{ items: unknown[] }>(
        apiUrl,
        `/v1/authorities/${AUTHORITY}/devices/bin-1/readings?from=${from}&to=${firstTime + 86_400_000}&limit=1000`,
      )
      const now = Date.now()
      for (let i = 0; i < items.length; i++) seenAt.push(now)
      if (!isLoading) expected = sentAt.length
      await delay(2)
    }
  })()
  const load = await running
  sentAt = load.probeSentTimes ?? []
  isLoading = false
  await polling
  const latencies = sentAt.map((time, index) => (seenAt[index] ?? Number.NaN) - time).sort((a, b) => a - b)
  return {
    latencyP50Milliseconds: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    latencyP99Milliseconds: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    latencySamples: latencies.length,
  }
}

/** Forwarding the same load to one QoS 1 subscriber that takes all of it; no queue is limited. */
async function measureMosquitto(seconds: number): Promise<number> {
  const mosquitto = await startMosquitto()
  const sink = spawn(process.execPath, [SINK, '127.0.0.1', String(mosquitto.port), 'kerbside/#'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface({ input: sink.stdout })[Symbol.asyncIterator]()
    await lines.next()
    const load = await startLoad({
      mqttUrl: mosquitto.url,
      devices: devicesOf([]),
      inFlight: IN_FLIGHT,
      seconds,
    }).result
    let received = 0
    while (received < load.acknowledged) {
      sink.stdin.write('count\n')
      received = Number((await lines.next()).value)
      await delay(20)
    }
    return Math.round(received / ((Date.now() - load.startedTime) / 1000))
  } finally {
    sink.kill()
    await mosquitto.stop()
  }
}

const devicesOf = (credentials: readonly Credentials[]): LoadTask['devices'] =>
  Array.from({ length: CONNECTIONS }, (_, index) => ({
    topic: `kerbside/v1/${AUTHORITY}/bin/bin-${index + 1}/reading`,
    username: credentials[index]?.username ?? '',
    password: credentials[index]?.password ?? '',
  }))

/** The resident memory of a process, sampled each second, and its peak as the kernel knows it. */
function watchMemory(child: ChildProcess) {
  const samples: number[] = []
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
    if (kilobytes > 0) samples.push(kilobytes)
  }, 1_000)
  return {
    stop() {
      clearInterval(timer)
      return { peakMemoryMegabytes: Math.round(Math.max(0, ...samples) / 1024) }
    },
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

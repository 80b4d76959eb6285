import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import mqtt, { type MqttClient } from 'mqtt'
import { createT047Sign, type T047Sign } from '../device-sim/behaviour/t047-sign.ts'

// A program of its own: many T047 displays, which tell the benchmark when all of them know something. Reads its task from
// the file that its first argument names, and commands from its standard input, one a line:
// `settle {"d":[…]}` waits until each sign knows just the departures of its stop, `expect N` until each has had N
// real-time messages more. Each answers with a line of JSON.

export interface CrowdTask {
  readonly url: string
  readonly authority: string
  readonly vendorId: string
  readonly signs: readonly { readonly id: string; readonly stopId: string; readonly password: string }[]
}

export interface CrowdAnswer {
  /** When it held, in ms since 1970. */
  readonly time: number
  readonly receivedBytes: number
  /** Displays of which it did not hold, until it was given up. */
  readonly lackingCount: number
}

interface Member {
  readonly sign: T047Sign
  readonly client: MqttClient
  readonly stopId: string
  realTimeMessages: number
}

const CONNECTS_AT_ONCE = 50
/** The benchmark's goals are 5 and 10 s; what takes this long has not come late, it does not come. */
const WAIT_MAX_MS = 120_000
const task = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as CrowdTask
const members: Member[] = []
const watchers = new Set<() => void>()
let receivedBytes = 0
let requestCount = 0

for (let first = 0; first < task.signs.length; first += CONNECTS_AT_ONCE) {
  await Promise.all(task.signs.slice(first, first + CONNECTS_AT_ONCE).map(connect))
}
answer({ signs: members.length })

createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, ...words] = line.split(' ')
  if (command === 'settle') {
    const byStop = JSON.parse(words.join(' ')) as Record<string, string[]>
    when(({ sign, stopId }) => sign.departureIds.toSorted().join() === (byStop[stopId] ?? []).join())
  } else if (command === 'expect') {
    when(({ realTimeMessages }) => realTimeMessages >= Number(words[0]))
  } else if (command === 'reset') {
    receivedBytes = 0
    for (const member of members) Object.assign(member, { realTimeMessages: 0 })
    answer({})
  }
})
process.stdin.on('close', () => process.exit())

async function connect({ id, stopId, password }: CrowdTask['signs'][number]): Promise<void> {
  const { url, authority, vendorId } = task
  let isBooted = false
  const sign = createT047Sign({
    type: 'PID-LED',
    locality: 'null',
    cluster: 'null',
    stopIds: [stopId],
    vendorId,
    deviceId: id,
    lineCount: 4,
    charsPerLine: 28,
    formatLocal: (time) => new Date(time).toISOString().slice(11, 16),
    newId: () => `${id}-${requestCount++}`,
  })
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clientId: id,
    username: `${authority}/${id}`,
    password,
    clean: true,
    keepalive: 60,
    reconnectPeriod: 1_000,
    resubscribe: false,
  })
  const member: Member = { sign, client, stopId, realTimeMessages: 0 }
  members.push(member)
  client.on('error', () => undefined)
  client.on('message', (topicName, payload, { retain }) => {
    receivedBytes += payload.length + topicName.length
    if (topicName.startsWith('CMS/realTimeDeparture/content')) member.realTimeMessages++
    for (const says of sign.receive(topicName, payload.toString(), retain, Date.now())) {
      client.publish(says.topic, says.payload, { qos: 1 })
    }
    for (const watch of watchers) watch()
  })
  await new Promise<void>((resolve) => {
    client.on('connect', () => {
      client.subscribe([...sign.topicFilters], { qos: 1 }, () => {
        // One that only lost its broker remembers what it was told, and asks for nothing.
        if (!isBooted)
          for (const says of sign.boot(Date.now())) client.publish(says.topic, says.payload, { qos: 1 })
        isBooted = true
        resolve()
      })
    })
  })
}

/**
 * Answers as soon as something holds of all displays, which is looked at after what was received, at most each 20 ms; or of
 * how many it does not hold when it has taken too long, so that what was lost is told rather than waited for.
 */
function when(holds: (member: Member) => boolean): void {
  let isWaiting = false
  const end = (): void => {
    clearTimeout(late)
    watchers.delete(watch)
    const lackingCount = members.filter((member) => !holds(member)).length
    answer({ time: Date.now(), receivedBytes, lackingCount } satisfies CrowdAnswer)
  }
  const look = (): void => {
    isWaiting = false
    if (watchers.has(watch) && members.every(holds)) end()
  }
  const watch = (): void => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(look, 20)
  }
  const late = setTimeout(end, WAIT_MAX_MS)
  watchers.add(watch)
  watch()
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { encodeConnect, encodeLength, encodeString } from './mqtt-packets.ts'

// A program of its own, so that the load does not share a thread with what is measured. Reads its task as JSON from its
// first argument and prints one line of JSON. It speaks MQTT 3.1.1 on raw sockets: a client library would be the
// bottleneck.

export interface LoadTask {
  readonly host: string
  readonly port: number
  /** One connection each; `username` may be '' for an anonymous broker. */
  readonly devices: readonly { topic: string; username: string; password: string }[]
  readonly inFlight: number
  readonly seconds: number
  /** Messages per second over all connections; 0 for as many as are acknowledged. */
  readonly rate: number
  /** Time of the first reading, in ms since 1970; each next one of a device is a millisecond later. */
  readonly firstTime: number
  /** Whether to tell when each message of the first device was sent. */
  readonly recordProbe: boolean
}

export interface LoadResult {
  readonly sent: number
  readonly acknowledged: number
  /** From the first publish to the last acknowledgement. */
  readonly seconds: number
  /** ms since 1970 of the first publish. */
  readonly startedTime: number
  /** With `recordProbe`: ms since 1970 at which each message of the first device was sent. */
  readonly probeSentTimes?: readonly number[]
}

// `time`, a fixed-width number of 13 digits, is written over the zeros for each message.
const PAYLOAD =
  '{"time":0000000000000,"fillPercent":41.5,"temperatureC":17.25,"batteryPercent":88,"tiltDegrees":0}'
const TIME_OFFSET = PAYLOAD.indexOf('0000000000000')

async function runLoad(load: LoadTask): Promise<LoadResult> {
  const connections = await Promise.all(load.devices.map((device) => openConnection(load, device)))
  if (load.recordProbe && connections[0]) connections[0].isProbe = true
  const startedTime = Date.now()
  const started = performance.now()
  const deadline = started + load.seconds * 1000
  const perConnection = load.rate === 0 ? 0 : load.rate / connections.length
  await Promise.all(
    connections.map((connection, index) =>
      perConnection === 0
        ? connection.flood(load.inFlight, deadline)
        : connection.pace(perConnection, deadline, index / connections.length),
    ),
  )
  const seconds = (performance.now() - started) / 1000
  for (const { socket } of connections) socket.destroy()
  return {
    sent: connections.reduce((sum, { sent }) => sum + sent, 0),
    acknowledged: connections.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    seconds,
    startedTime,
    ...(load.recordProbe && connections[0] ? { probeSentTimes: connections[0].sentTimes } : {}),
  }
}

class Connection {
  readonly socket: Socket
  sent = 0
  acknowledged = 0
  readonly sentTimes: number[] = []
  isProbe = false
  private readonly packet: Buffer
  private readonly idOffset: number
  private readonly timeOffset: number
  private readonly firstTime: number
  private nextId = 1
  private partial = 0
  private onAcknowledged: (count: number) => void = () => {}

  constructor(socket: Socket, topic: string, firstTime: number) {
    this.socket = socket
    this.firstTime = firstTime
    const variable = Buffer.concat([encodeString(topic), Buffer.alloc(2), Buffer.from(PAYLOAD)])
    const header = Buffer.from([0x32, ...encodeLength(variable.length)])
    this.packet = Buffer.concat([header, variable])
    this.idOffset = header.length + 2 + Buffer.byteLength(topic)
    this.timeOffset = this.idOffset + 2 + TIME_OFFSET
    socket.on('data', (data) => this.readAcknowledgements(data))
  }

  /** Keeps `inFlight` messages unacknowledged until the deadline, and waits for the last acknowledgement. */
  flood(inFlight: number, deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject)
      this.socket.once('close', () => reject(new Error(`closed after ${this.acknowledged} acknowledgements`)))
      this.onAcknowledged = (count) => {
        if (performance.now() < deadline) this.send(count)
        else if (this.acknowledged === this.sent) resolve()
      }
      this.send(inFlight)
    })
  }

  /** Sends at an even pace until the deadline, and waits for the last acknowledgement. */
  pace(perSecond: number, deadline: number, phase: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject)
      const started = performance.now()
      const timer = setInterval(() => {
        const now = performance.now()
        if (now >= deadline) {
          clearInterval(timer)
          if (this.acknowledged === this.sent) resolve()
          return
        }
        const due = Math.floor(((now - started) / 1000) * perSecond + phase) - this.sent
        if (due > 0) this.send(due)
      }, 5)
      this.onAcknowledged = () => {
        if (performance.now() >= deadline && this.acknowledged === this.sent) resolve()
      }
    })
  }

  private send(count: number): void {
    const { packet } = this
    const burst = Buffer.allocUnsafe(packet.length * count)
    for (let i = 0; i < count; i++) {
      const start = i * packet.length
      packet.copy(burst, start)
      burst.writeUInt16BE(this.nextId, start + this.idOffset)
      burst.write(String(this.firstTime + this.sent), start + this.timeOffset, 'latin1')
      this.nextId = this.nextId === 65_535 ? 1 : this.nextId + 1
      this.sent++
      if (this.isProbe) this.sentTimes.push(Date.now())
    }
    this.socket.write(burst)
  }

  // Every PUBACK of MQTT 3.1.1 has four bytes, and nothing else comes once connected.
  private readAcknowledgements(data: Buffer): void {
    const bytes = this.partial + data.length
    const count = bytes >> 2
    this.partial = bytes & 3
    if (count === 0) return
    this.acknowledged += count
    this.onAcknowledged(count)
  }
}

function openConnection(load: LoadTask, device: LoadTask['devices'][number]): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: load.host, port: load.port, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => socket.write(encodeConnect({ clientId: `load-${device.topic}`, ...device })))
    socket.once('data', (connack) => {
      if (connack[0] !== 0x20 || connack[3] !== 0) reject(new Error(`CONNACK ${connack.toString('hex')}`))
      else resolve(new Connection(socket, device.topic, load.firstTime))
    })
  })
}

// Last, since a class is not there before its line was run.
const task: LoadTask = JSON.parse(process.argv[2] ?? '{}')
const result = await runLoad(task)
process.stdout.write(`${JSON.stringify(result)}\n`)

import type { Duplex } from 'node:stream'
import { type IConnectPacket, type Packet, parser } from 'mqtt-packet'

export interface ReceivedConnect {
  readonly connect: IConnectPacket
  /** The packet as it came. */
  readonly bytes: Buffer
  /** What came behind it. */
  readonly rest: Buffer
}

/** What was sent instead of a CONNECT; `isWrongVersion` where it was one of a protocol that is not spoken here. */
export interface BadConnect {
  readonly isWrongVersion: boolean
}

/**
 * Reads a connection's first packet, which has to be a CONNECT [MQTT-3.1.0-1], and leaves what follows unread.
 * Calls back once, and not at all where the connection ends before; the caller sees to the time that it takes.
 */
export function readConnect(
  socket: Duplex,
  maximumBytes: number,
  done: (result: ReceivedConnect | BadConnect) => void,
): void {
  let buffered: Buffer = Buffer.alloc(0)
  socket.on('readable', onReadable)

  function onReadable(): void {
    const chunk: Buffer | null = socket.read()
    if (!chunk) return
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
    const length = findLength(buffered, maximumBytes)
    if (length === undefined) return
    if (length === 0) {
      finish({ isWrongVersion: false })
    } else if (buffered.length >= length) {
      finish(parseConnect(buffered.subarray(0, length), buffered.subarray(length)))
    }
  }

  function finish(result: ReceivedConnect | BadConnect): void {
    socket.removeListener('readable', onReadable)
    done(result)
  }
}

/** The whole packet's bytes; undefined while more must come to know, 0 where it is no CONNECT or too long. */
function findLength(buffered: Buffer, maximumBytes: number): number | undefined {
  if (buffered[0] !== CONNECT_HEADER) return 0
  let remaining = 0
  // Section 2.2.3: seven bits a byte, low ones first, at most four bytes.
  for (let index = 1; index <= 4; index++) {
    const byte = buffered[index]
    if (byte === undefined) return undefined
    remaining += (byte & 0x7f) << (7 * (index - 1))
    const length = 1 + index + remaining
    if ((byte & 0x80) === 0) return length <= maximumBytes ? length : 0
  }
  return 0
}

/** Type 1, and its flags, which are reserved, 0 [MQTT-2.2.2-1]. */
const CONNECT_HEADER = 0x10

function parseConnect(bytes: Buffer, rest: Buffer): ReceivedConnect | BadConnect {
  let packet: Packet | undefined
  let problem: unknown
  const packets = parser()
  packets.on('packet', (parsed) => {
    packet = parsed
  })
  packets.on('error', (error) => {
    problem = error
  })
  try {
    packets.parse(bytes)
  } catch (error) {
    problem = error
  }
  if (packet?.cmd === 'connect') return { connect: packet, bytes, rest }
  return { isWrongVersion: String(problem).includes('protocol version') }
}

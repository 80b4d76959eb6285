import { connect } from 'node:net'

// A program of its own: one MQTT 3.1.1 subscriber at QoS 1 on a raw socket, which acknowledges what it receives and
// counts it. Prints `subscribed`, then, told `count` on its standard input, the number of messages so far.

const [host = '127.0.0.1', port = '1883', topicFilter = '#'] = process.argv.slice(2)

const filter = Buffer.from(topicFilter)
const socket = connect({ host, port: Number(port), noDelay: true })
socket.on('connect', () => {
  socket.write(
    Buffer.from([0x10, 16, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 4, 0x73, 0x69, 0x6e, 0x6b]),
  )
  const body = Buffer.concat([Buffer.from([0, 1, 0, filter.length]), filter, Buffer.from([1])])
  socket.write(Buffer.concat([Buffer.from([0x82, body.length]), body]))
})

let count = 0
let rest: Buffer = Buffer.alloc(0)
socket.on('data', (data) => {
  const buffer = rest.length === 0 ? data : Buffer.concat([rest, data])
  const acknowledgements = Buffer.allocUnsafe(buffer.length + 4)
  let acknowledged = 0
  let offset = 0
  while (offset + 2 <= buffer.length) {
    let length = 0
    let shift = 0
    let at = offset + 1
    let byte = 0x80
    while (byte & 0x80 && at < buffer.length) {
      byte = buffer[at++] ?? 0
      length |= (byte & 0x7f) << shift
      shift += 7
    }
    if (byte & 0x80 || at + length > buffer.length) break
    const type = (buffer[offset] ?? 0) >> 4
    if (type === 3) {
      const id = at + 2 + buffer.readUInt16BE(at)
      acknowledgements.writeUInt16BE(0x4002, acknowledged)
      buffer.copy(acknowledgements, acknowledged + 2, id, id + 2)
      acknowledged += 4
      count++
    } else if (type === 9) {
      process.stdout.write('subscribed\n')
    }
    offset = at + length
  }
  rest = buffer.subarray(offset)
  if (acknowledged > 0) socket.write(acknowledgements.subarray(0, acknowledged))
})

process.stdin.on('data', () => process.stdout.write(`${count}\n`))
process.stdin.on('end', () => process.exit())

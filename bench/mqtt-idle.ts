import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { encodeConnect } from './mqtt-packets.ts'

// A program of its own: one idle connection for each device in the file of its first argument. Each `connect` on its
// standard input opens them all, waits for every CONNACK and prints the milliseconds that took; `drop` cuts them all.

const { host, port, devices } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as {
  host: string
  port: number
  devices: { username: string; password: string }[]
}
let sockets: Socket[] = []

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    if (line === 'drop') {
      for (const socket of sockets) socket.resetAndDestroy()
      sockets = []
      process.stdout.write('dropped\n')
      return
    }
    const started = performance.now()
    sockets = await Promise.all(devices.map(openConnection))
    process.stdout.write(`${Math.round(performance.now() - started)}\n`)
  })
  .on('close', () => process.exit())

// As a device does, it tries again where it was cut or refused.
function openConnection(device: { username: string; password: string }, index: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let tries = 0
    const attempt = (): void => {
      const socket = connect({ host, port })
      const again = (): void => {
        if (++tries > 20) reject(new Error(`device ${index} could not connect`))
        else setTimeout(attempt, 100)
      }
      socket.on('error', () => {})
      socket.once('close', again)
      socket.once('connect', () => socket.write(encodeConnect({ clientId: `idle-${index}`, ...device })))
      socket.once('data', (connack) => {
        if (connack[0] !== 0x20 || connack[3] !== 0) {
          socket.destroy()
          return
        }
        socket.off('close', again)
        resolve(socket)
      })
    }
    attempt()
  })
}

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One kept connection, on which requests for one path go one after another. */
interface Connection {
  isFree: boolean
  request(): Promise<void>
  close(): void
}

/** As many requests as the server answers, over some connections for a time; the answers a second. */
export async function loadFully(url: string, connections: number, ms: number): Promise<number> {
  const open = await openConnections(url, connections)
  const begun = performance.now()
  let answers = 0
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() - begun < ms) {
        await connection.request()
        answers += 1
      }
    }),
  )
  for (const connection of open) connection.close()
  return (answers / (performance.now() - begun)) * 1000
}

/** So many requests a second for a time; the milliseconds of each from when it was due, also where it had to wait. */
export async function loadAtRate(url: string, perSecond: number, ms: number): Promise<number[]> {
  const open = await openConnections(url, 64)
  const waiting: number[] = []
  const latencies: number[] = []
  const begun = performance.now()
  const total = Math.floor((perSecond * ms) / 1000)
  await new Promise<void>((resolve, reject) => {
    let due = 0
    const timer = setInterval(() => {
      const elapsed = performance.now() - begun
      while (due < total && (due * 1000) / perSecond <= elapsed) {
        waiting.push(begun + (due * 1000) / perSecond)
        due += 1
      }
      send()
      if (latencies.length < total) return
      clearInterval(timer)
      resolve()
    }, 1)
    function send(): void {
      for (let connection = free(); connection && waiting.length > 0; connection = free()) {
        const dueTime = waiting.shift() as number
        connection.request().then(() => {
          latencies.push(performance.now() - dueTime)
          send()
        }, reject)
      }
    }
    const free = (): Connection | undefined => open.find(({ isFree }) => isFree)
  })
  for (const connection of open) connection.close()
  return latencies.sort((one, two) => one - two)
}

async function openConnections(url: string, count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => openConnection(new URL(url))))
}

async function openConnection({ hostname, port, pathname, search, host }: URL): Promise<Connection> {
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const bytes = Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  let head = ''
  let missing = -1
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk.length
    if (missing < 0) {
      const before = head.length
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 200')) settle?.reject(new Error(head.slice(0, 200)))
      missing = Number(/content-length: (\d+)/i.exec(head)?.[1])
      rest = chunk.length - (end + 4 - before)
    }
    missing -= rest
    if (missing > 0) return
    head = ''
    missing = -1
    connection.isFree = true
    settle?.resolve()
  })
  socket.on('error', (error) => settle?.reject(error))
  socket.on('close', () => settle?.reject(new Error('the server has closed the connection')))
  const connection: Connection = {
    isFree: true,
    request() {
      connection.isFree = false
      return new Promise((resolve, reject) => {
        settle = { resolve, reject }
        socket.write(bytes)
      })
    },
    close() {
      settle = undefined
      socket.destroy()
    },
  }
  return connection
}

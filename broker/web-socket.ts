import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { BrokerLimits } from './limits.ts'

export interface WebSocketListener {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/** A frame may hold many packets (MQTT 5, section 6); the packets' own limit is seen to behind it. */
const FRAME_BYTES = 1024 * 1024
/** RFC 6455, section 7.4.1. */
const UNSUPPORTED_DATA = 1003

/** MQTT over WebSocket, at `/mqtt` with the subprotocol `mqtt` [MQTT-6.0.0-3]. */
export function createWebSocketListener({
  limits,
  onConnection,
}: {
  limits: BrokerLimits
  onConnection: (stream: Duplex, address: string) => void
}): WebSocketListener {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: Math.max(FRAME_BYTES, limits.packetBytes),
    perMessageDeflate: false,
    handleProtocols: () => 'mqtt',
  })
  return {
    handleUpgrade(request, socket, head) {
      const path = (request.url ?? '').split('?')[0]
      if (path !== '/mqtt') return refuse(socket, '404 Not Found', 'MQTT over WebSocket is at /mqtt.')
      const protocols = (request.headers['sec-websocket-protocol'] ?? '')
        .split(',')
        .map((name) => name.trim())
      if (!protocols.includes('mqtt')) {
        return refuse(socket, '400 Bad Request', 'The subprotocol must be "mqtt".')
      }
      const address = request.socket.remoteAddress ?? ''
      server.handleUpgrade(request, socket, head, (webSocket) => {
        // [MQTT-6.0.0-1]
        webSocket.on('message', (_data, isBinary) => {
          if (!isBinary) webSocket.close(UNSUPPORTED_DATA, 'MQTT packets are binary')
        })
        onConnection(createWebSocketStream(webSocket), address)
      })
    },
    close() {
      server.close()
      for (const client of server.clients) client.terminate()
    },
  }
}

function refuse(socket: Duplex, status: string, message: string): void {
  socket.on('error', () => undefined)
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${message.length}\r\n\r\n${message}`,
  )
}

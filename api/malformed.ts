import type { Socket } from 'node:net'
import type { ErrorCode } from '../model/error.ts'
import type { Problem } from './problem.ts'

/** Answers what is no HTTP, or took too long to become some, where it still can, and ends the connection. */
export function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error)
    return
  }
  const { status, title, code, detail } = FAULTS[error.code ?? ''] ?? MALFORMED
  const problem: Problem = {
    type: `urn:kerbside:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    code,
    // It got no id: it never became a request.
    instance: 'urn:kerbside:request:none',
  }
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

interface Fault {
  readonly status: number
  readonly title: string
  readonly code: ErrorCode
  readonly detail: string
}

const MALFORMED: Fault = {
  status: 400,
  title: 'Bad Request',
  code: 'INVALID_REQUEST',
  detail: 'This is not HTTP/1.1',
}

// By the codes of Node's parser.
const FAULTS: Readonly<Record<string, Fault>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    title: 'Request Header Fields Too Large',
    code: 'TOO_LARGE',
    detail: 'The headers are longer than 16 KiB together',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    title: 'Request Timeout',
    code: 'INVALID_REQUEST',
    detail: 'The request took too long to arrive',
  },
}

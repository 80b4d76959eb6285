/**
 * Every way in which an operation may fail that is nobody's programming mistake: its stable code, the HTTP status that
 * it becomes, and whether trying again may help. Bad data of a device is no error but a rejection.
 */
const ERRORS = {
  INVALID_REQUEST: { status: 400, canRetry: false },
  UNAUTHORIZED: { status: 401, canRetry: false },
  FORBIDDEN: { status: 403, canRetry: false },
  NOT_FOUND: { status: 404, canRetry: false },
  METHOD_NOT_ALLOWED: { status: 405, canRetry: false },
  NOT_ACCEPTABLE: { status: 406, canRetry: false },
  ALREADY_EXISTS: { status: 409, canRetry: false },
  CONFLICT: { status: 409, canRetry: false },
  TOO_LARGE: { status: 413, canRetry: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, canRetry: false },
  RATE_LIMITED: { status: 429, canRetry: true },
  INTERNAL: { status: 500, canRetry: false },
  NOT_IMPLEMENTED: { status: 501, canRetry: false },
  STORE_UNAVAILABLE: { status: 503, canRetry: true },
  REGISTRY_UNAVAILABLE: { status: 503, canRetry: true },
  JOURNAL_UNAVAILABLE: { status: 503, canRetry: true },
  ROADS_UNAVAILABLE: { status: 503, canRetry: true },
  BUSY: { status: 503, canRetry: true },
  INVALID_CONFIG: { status: 500, canRetry: false },
  INVALID_FILE: { status: 400, canRetry: false },
} as const satisfies Record<string, { status: number; canRetry: boolean }>
export type ErrorCode = keyof typeof ERRORS

/** Where input was wrong: the path of the field, and what is allowed there. */
export interface InputFault {
  readonly path: string
  readonly message: string
}

export class KerbsideError extends Error {
  readonly code: ErrorCode
  readonly faults: readonly InputFault[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; faults?: readonly InputFault[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'KerbsideError'
    this.code = code
    this.faults = options.faults ?? []
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get canRetry(): boolean {
    return ERRORS[this.code].canRetry
  }
}

/** What was thrown, in words: for a log line or a detail. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

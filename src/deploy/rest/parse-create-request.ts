import { FiresteelError } from '../../common/errors/index.js'
import type { CreateSubmissionRequest } from '../rest-client/index.js'

/** A request to create, and the fields of it that are not known here. */
export interface ParsedCreateRequest {
  readonly request: CreateSubmissionRequest
  readonly unknownFields: readonly string[]
}

const createAction = 'CreateSubmissionRequest'

/** Without `action`. Of these, Spark's server wants `clientSparkVersion`, `sparkProperties` and `appResource`. */
const fieldNames = [
  'action',
  'message',
  'clientSparkVersion',
  'appResource',
  'mainClass',
  'appArgs',
  'sparkProperties',
  'environmentVariables',
]

/** Names of fields that are echoed are cut: an answer is not as long as what was asked. */
const maxEchoedNames = 20
const maxEchoedLength = 100

/**
 * Reads the body of a request to create a submission.
 *
 * @throws FS_REST_REQUEST, which names the field
 */
export function parseCreateRequest(body: string): ParsedCreateRequest {
  const json = parseObject(body)
  const { action } = json
  if (typeof action !== 'string') throw malformed("it has no field 'action'")
  if (action !== createAction) throw unexpectedAction(action)
  const request: CreateSubmissionRequest = {
    action: createAction,
    clientSparkVersion: requiredText(json, 'clientSparkVersion'),
    appResource: requiredText(json, 'appResource'),
    mainClass: optionalText(json, 'mainClass') ?? '',
    appArgs: textList(json, 'appArgs'),
    sparkProperties: textRecord(json, 'sparkProperties'),
    environmentVariables: textRecord(json, 'environmentVariables'),
  }
  if (!json.sparkProperties) throw missing('sparkProperties')
  if (!request.sparkProperties['spark.app.name']) throw malformed("sparkProperties has no 'spark.app.name'")
  return { request, unknownFields: unknownFields(json) }
}

function parseObject(body: string): Record<string, unknown> {
  if (body.trim() === '') throw malformed('it has no body; this URL takes a CreateSubmissionRequest as JSON')
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (cause) {
    throw new FiresteelError('FS_REST_REQUEST', { problem: `it is not JSON: ${jsonProblem(cause)}` }, { cause })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw malformed('it is not a JSON object')
  return json as Record<string, unknown>
}

/** What the parser says, without the part of the text that it quotes, which may be long, or a secret. */
function jsonProblem(cause: unknown): string {
  const message = (cause as Error).message
  const position = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)
  return position === null ? 'it ends too early, or is no JSON at all' : `a mistake ${position[0]}`
}

function unknownFields(json: Record<string, unknown>): string[] {
  return Object.keys(json)
    .filter((name) => !fieldNames.includes(name))
    .slice(0, maxEchoedNames)
    .map(cut)
}

function requiredText(json: Record<string, unknown>, name: string): string {
  const text = optionalText(json, name)
  if (text === undefined) throw missing(name)
  return text
}

function optionalText(json: Record<string, unknown>, name: string): string | undefined {
  const value = json[name]
  return value === undefined || value === null ? undefined : asText(value, name)
}

function textList(json: Record<string, unknown>, name: string): string[] {
  const value = json[name] ?? []
  if (!Array.isArray(value)) throw malformed(`the field '${name}' is not a list of texts`)
  return value.map((item, at) => asText(item, `${name}[${at}]`))
}

function textRecord(json: Record<string, unknown>, name: string): Record<string, string> {
  const value = json[name] ?? {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw malformed(`the field '${name}' is not an object of texts`)
  // fromEntries defines its properties: a name such as __proto__ is one like any other.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item, `${name}.${cut(key)}`)]))
}

/** Numbers and booleans count as the texts that they are written as, as with Spark. A zero byte fits no process's arguments. */
function asText(value: unknown, name: string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') throw malformed(`the field '${name}' is not a text`)
  if (value.includes('\0')) throw malformed(`the field '${name}' has a zero byte in it`)
  return value
}

function cut(text: string): string {
  return text.length <= maxEchoedLength ? text : `${text.slice(0, maxEchoedLength)}…`
}

function missing(name: string): FiresteelError {
  return malformed(`it has no field '${name}'`)
}

function malformed(problem: string): FiresteelError {
  return new FiresteelError('FS_REST_REQUEST', { problem })
}

function unexpectedAction(action: string): FiresteelError {
  return malformed(`its action is '${cut(action)}', and this URL takes a ${createAction}`)
}

import { types } from 'node:util'
import { Kind, type KindNumber, viewNames } from '../format/tags.js'
import type { Graph } from './graph.js'

/** Writes a typed array, a Buffer, a DataView or an ArrayBuffer; the contents go into the table of buffers. */
export function declareView(graph: Graph, value: ArrayBufferView | ArrayBufferLike, id: number): KindNumber {
  const isView = ArrayBuffer.isView(value)
  const buffer = isView ? value.buffer : value
  if (types.isSharedArrayBuffer(buffer)) return graph.refuse(id, 'a SharedArrayBuffer cannot leave its process')
  const { resizable, detached } = buffer as ArrayBuffer & { resizable?: boolean; detached?: boolean }
  if (resizable) return graph.refuse(id, 'a resizable ArrayBuffer cannot travel')
  if (detached) return graph.refuse(id, 'an ArrayBuffer that was transferred away cannot travel')
  const start = isView ? value.byteOffset : 0
  const kind = graph.kind(isView ? Kind.view : Kind.arrayBuffer)
  if (isView) graph.out.byte(viewNames.indexOf(viewName(value)))
  graph.out.count(graph.buffers.add(buffer as ArrayBuffer, start, start + value.byteLength))
  if (!isView) return kind
  graph.out.count(start)
  graph.out.count(value instanceof DataView ? value.byteLength : (value as Uint8Array).length)
  return kind
}

function viewName(value: ArrayBufferView): (typeof viewNames)[number] {
  if (Buffer.isBuffer(value)) return 'Buffer'
  const tag = Reflect.get(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag, value) as string | undefined
  return (tag ?? 'DataView') as (typeof viewNames)[number]
}

import { errorTable } from '../error-entry.js'

export const serializerErrors = errorTable({
  FS_SERIALIZER_UNSUPPORTED: {
    category: 'usage',
    message: (d) => `${d.path} is a ${d.type}, which cannot be sent to another thread or process`,
    hint: 'Keep it out of the records: map them to plain data first, or create the thing inside the task (mapPartitions).',
  },
  FS_SERIALIZER_CLASS: {
    category: 'usage',
    message: (d) => `${d.path} is an instance of class ${d.className}, whose prototype would be lost on the way`,
    hint: 'Map it to a plain object first, or register the class with registerClass(name, constructor) on both sides.',
  },
  FS_SERIALIZER_CLASS_UNKNOWN: {
    category: 'usage',
    message: (d) => `an instance of class '${d.key}' arrived, but no such class is known here`,
    hint: 'Register the class under the same name where the records are read.',
  },
  FS_SERIALIZER_TOO_DEEP: {
    category: 'usage',
    message: (d) => `${d.path} is nested more than ${d.limit} levels deep`,
    hint: 'Flatten the record, e.g. turn a linked list into an array.',
  },
  FS_SERIALIZER_CORRUPT: {
    category: 'input',
    message: (d) => `serialized data${d.source ? ` from ${d.source}` : ''} is corrupt at byte ${d.offset}: ${d.reason}`,
    hint: 'The bytes were damaged or cut short, or written by another version; the task that made them has to run again.',
  },
  FS_SERIALIZER_CODEC_UNKNOWN: {
    category: 'usage',
    message: (d) => `'${d.name}' is not a compression codec that Firesteel knows`,
    hint: 'Set spark.io.compression.codec to lz4, zstd, snappy, deflate or none.',
  },
  FS_SERIALIZER_CODEC_UNAVAILABLE: {
    category: 'usage',
    message: (d) => `compression codec '${d.name}' is not available on ${d.where}: ${d.reason}`,
    hint: 'Set spark.io.compression.codec=lz4, which works everywhere, or run all processes on Node.js 22.15 or later.',
  },
})

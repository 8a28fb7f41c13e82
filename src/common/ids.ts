/** Ids are numbers or strings with a brand, so that one kind cannot be passed for another. */
type Branded<Base, Name extends string> = Base & { readonly __brand: Name }

export type JobId = Branded<number, 'JobId'>
export type StageId = Branded<number, 'StageId'>
/** Unique for each attempt of a task within an application. */
export type TaskId = Branded<number, 'TaskId'>
export type RddId = Branded<number, 'RddId'>
export type ShuffleId = Branded<number, 'ShuffleId'>
export type BroadcastId = Branded<number, 'BroadcastId'>
export type AccumulatorId = Branded<number, 'AccumulatorId'>
export type ExecutorId = Branded<string, 'ExecutorId'>

export const jobId = (n: number): JobId => n as JobId
export const stageId = (n: number): StageId => n as StageId
export const taskId = (n: number): TaskId => n as TaskId
export const rddId = (n: number): RddId => n as RddId
export const shuffleId = (n: number): ShuffleId => n as ShuffleId
export const broadcastId = (n: number): BroadcastId => n as BroadcastId
export const accumulatorId = (n: number): AccumulatorId => n as AccumulatorId
export const executorId = (s: string): ExecutorId => s as ExecutorId

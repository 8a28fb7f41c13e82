import * as api from './api.js'
import { registerOwnModule } from './closure/index.js'

export * from './api.js'

// What a function uses of Firesteel itself (TaskContext, StorageLevel, ...) travels by name.
registerOwnModule('firesteel', async () => api, { ...api })

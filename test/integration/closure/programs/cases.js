import './cases/forms.js'
import './cases/variables.js'
import './cases/values.js'
import './cases/classes.js'
import './cases/modules.js'
import './cases/refusals.js'

export { cases } from './cases/kit.js'

export { BoundedDouble } from './bounded-double.js'
export {
  type ApproximateEvaluator,
  CountEvaluator,
  GroupedCountEvaluator,
  MeanEvaluator,
  SumEvaluator,
} from './evaluators.js'
export { PartialResult, runApproximateJob } from './partial-result.js'

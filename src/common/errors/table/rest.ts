import { errorTable } from '../error-entry.js'

export const restErrors = errorTable({
  FS_REST_REQUEST: {
    category: 'usage',
    message: (d) => `the request is malformed: ${d.problem}`,
    hint: 'docs/rest-submission.md describes each request and its fields.',
  },
  FS_REST_MASTER: {
    category: 'usage',
    message: (d) => `'${d.url}' names no REST server: ${d.problem}`,
    hint: 'Write it as spark://host:6066, with commas between several: spark://a:6066,b:6066.',
  },
  FS_REST_NO_UPLOAD: {
    category: 'usage',
    message: (d) => `nothing can be uploaded to ${d.master}, which is the port of REST servers`,
    hint: "Give --master the cluster's port, 7077 unless set otherwise. (--status and --kill take either.)",
  },
  FS_REST_UNREACHABLE: {
    category: 'network',
    message: (d) => `no master of ${d.masters} could ${d.wanted}: ${d.problems}`,
    hint: 'Check that the masters run, that spark.master.rest.enabled is on there, and that this machine reaches their REST port.',
  },
  FS_REST_REFUSED: {
    category: 'usage',
    message: (d) => `the REST server at ${d.master} refused to ${d.wanted} (HTTP ${d.status}): ${d.message}`,
    hint: 'Do what the message says; a 401 asks for the token of the cluster.',
  },
  FS_REST_ANSWER: {
    category: 'network',
    message: (d) => `what answered at ${d.master} is no REST submission server: ${d.problem}`,
    hint: "Check the address: the REST server's port is 6066 unless it was taken; the master's log and page name it.",
  },
})

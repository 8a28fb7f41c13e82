import { errorTable } from '../error-entry.js'

export const webErrors = errorTable({
  FS_WEB_NO_CERTIFICATE: {
    category: 'usage',
    message: (d) => `pages are to be served over TLS (${d.key}), but no certificate is named`,
    hint: 'Set spark.ssl.standalone.privateKey and spark.ssl.standalone.certChain to PEM files, or spark.ssl.standalone.enabled to false.',
  },
  FS_WEB_TLS: {
    category: 'usage',
    message: (d) => `the TLS settings of the pages cannot be used: ${d.problem}`,
    hint: 'Key and certificate are PEM files (or one PKCS#12 file) that belong together; check the password and the names of ciphers, too.',
  },
  FS_WEB_FILTER: {
    category: 'usage',
    message: (d) => `the filter ${d.name}, named by ${d.key}, cannot be used: ${d.problem}`,
    hint: 'Name a JavaScript module (path or package) that exports `filter`, a Hono middleware; classes of Java do not run here.',
  },
  FS_WEB_GROUPS: {
    category: 'usage',
    message: (d) => `${d.key} cannot be honoured: nothing here knows the groups of a user`,
    hint: 'List users in the key without .groups, or let a module of spark.ui.filters decide.',
  },
  FS_WEB_NO_SECRET: {
    category: 'usage',
    message: () => 'there is no secret of which a web token could be made',
    hint: 'Give the secret of the cluster as its daemons get it: spark.authenticate.secret.file in the properties file, or SPARK_AUTHENTICATE_SECRET.',
  },
  FS_WEB_ADDRESS: {
    category: 'usage',
    message: (d) => `${d.key} is '${d.value}', which is not ${d.accepts}`,
    hint: 'Write it as browsers see it; docs/web-ui.md has examples.',
  },
})

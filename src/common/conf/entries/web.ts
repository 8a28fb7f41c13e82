import { define } from '../config-entry.js'
import { boolean, bytes, list, text } from '../config-type.js'
import {
  SSL_CERT_CHAIN,
  SSL_ENABLED,
  SSL_ENABLED_ALGORITHMS,
  SSL_KEY_STORE,
  SSL_KEY_STORE_PASSWORD,
  SSL_PRIVATE_KEY,
  SSL_PRIVATE_KEY_PASSWORD,
  SSL_TRUST_STORE,
} from './network.js'

export const SSL_STANDALONE_ENABLED = define({
  key: 'spark.ssl.standalone.enabled',
  type: boolean,
  fallback: SSL_ENABLED,
  doc: 'Serves the pages of master and worker over TLS. Needs a certificate: none is made for pages, since no browser would trust it.',
})

export const SSL_STANDALONE_PRIVATE_KEY = define({
  key: 'spark.ssl.standalone.privateKey',
  type: text,
  fallback: SSL_PRIVATE_KEY,
  doc: 'The same, for the pages of master and worker.',
})

export const SSL_STANDALONE_PRIVATE_KEY_PASSWORD = define({
  key: 'spark.ssl.standalone.privateKeyPassword',
  type: text,
  secret: true,
  fallback: SSL_PRIVATE_KEY_PASSWORD,
  aliases: ['spark.ssl.standalone.keyPassword'],
  doc: 'The same, for the pages of master and worker.',
})

export const SSL_STANDALONE_CERT_CHAIN = define({
  key: 'spark.ssl.standalone.certChain',
  type: text,
  fallback: SSL_CERT_CHAIN,
  doc: 'The same, for the pages of master and worker.',
})

export const SSL_STANDALONE_KEY_STORE = define({
  key: 'spark.ssl.standalone.keyStore',
  type: text,
  fallback: SSL_KEY_STORE,
  doc: 'The same, for the pages of master and worker.',
})

export const SSL_STANDALONE_KEY_STORE_PASSWORD = define({
  key: 'spark.ssl.standalone.keyStorePassword',
  type: text,
  secret: true,
  fallback: SSL_KEY_STORE_PASSWORD,
  doc: 'The same, for the pages of master and worker.',
})

export const SSL_STANDALONE_TRUST_STORE = define({
  key: 'spark.ssl.standalone.trustStore',
  type: text,
  fallback: SSL_TRUST_STORE,
  doc: "The same, for the pages of master and worker: whom the master's proxy believes, and whose client certificates are taken.",
})

export const SSL_STANDALONE_NEED_CLIENT_AUTH = define({
  key: 'spark.ssl.standalone.needClientAuth',
  type: boolean,
  default: 'false',
  doc: 'Only browsers with a certificate from an authority of `spark.ssl.standalone.trustStore` get to the pages of master and worker.',
})

export const SSL_STANDALONE_ENABLED_ALGORITHMS = define({
  key: 'spark.ssl.standalone.enabledAlgorithms',
  type: list,
  fallback: SSL_ENABLED_ALGORITHMS,
  doc: 'The same, for the pages of master and worker.',
})

export const UI_FILTERS = define({
  key: 'spark.ui.filters',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Modules, each with an exported `filter` (a Hono middleware), through which every request for a page goes; see docs/web-ui.md.',
})

export const ACLS_ENABLE = define({
  key: 'spark.acls.enable',
  type: boolean,
  default: 'false',
  doc: 'Whether pages and actions are open only to the users of the lists below, and to who holds the web token.',
})

export const ADMIN_ACLS = define({
  key: 'spark.admin.acls',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Users who may see and change everything; * for every user that a filter names.',
})

export const MODIFY_ACLS = define({
  key: 'spark.modify.acls',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Users who may change something, such as to kill; * for every user that a filter names.',
})

export const UI_VIEW_ACLS = define({
  key: 'spark.ui.view.acls',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Users who may see pages; * for every user that a filter names.',
})

export const UI_KILL_ENABLED = define({
  key: 'spark.ui.killEnabled',
  type: boolean,
  default: 'true',
  doc: 'Whether pages can kill what runs.',
})

export const UI_REVERSE_PROXY = define({
  key: 'spark.ui.reverseProxy',
  type: boolean,
  default: 'false',
  doc: 'Whether the master hands on the pages of its workers and applications, so that browsers need to reach the master only.',
})

export const UI_REVERSE_PROXY_URL = define({
  key: 'spark.ui.reverseProxyUrl',
  type: text,
  doc: "URL of a proxy before the master, as browsers see it: `https://host/path`. Only with `spark.ui.reverseProxy` for workers' and applications' pages.",
})

export const UI_PROXY_BASE = define({
  key: 'spark.ui.proxyBase',
  type: text,
  doc: 'Path below which a proxy serves the pages, as in `/spark`, when it does not say so by `X-Forwarded-Prefix` or `X-Forwarded-Context`.',
})

export const UI_REQUEST_HEADER_SIZE = define({
  key: 'spark.ui.requestHeaderSize',
  type: bytes('b', { min: 1024, max: 2 ** 20 }),
  default: '8k',
  doc: 'Largest head of a request for a page.',
})

export const UI_X_XSS_PROTECTION = define({
  key: 'spark.ui.xXssProtection',
  type: text,
  default: '1; mode=block',
  doc: 'Value of the header X-XSS-Protection, which browsers of today ignore; empty leaves it out.',
})

export const UI_X_CONTENT_TYPE_OPTIONS = define({
  key: 'spark.ui.xContentTypeOptions.enabled',
  type: boolean,
  default: 'true',
  doc: 'Whether pages forbid browsers to guess types (X-Content-Type-Options: nosniff).',
})

export const UI_STRICT_TRANSPORT_SECURITY = define({
  key: 'spark.ui.strictTransportSecurity',
  type: text,
  doc: 'Value of the header Strict-Transport-Security of pages over TLS. Browsers then refuse plain HTTP on every port of the host.',
})

export const UI_ALLOW_FRAMING_FROM = define({
  key: 'spark.ui.allowFramingFrom',
  type: text,
  doc: 'Origin whose pages may show these ones in a frame, as in `https://portal.example.org`; those of the same origin always may.',
})

export const WEB_HOSTS = define({
  key: 'spark.firesteel.web.hosts',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Further names by which browsers may call the web servers where no secret protects them; * for any. Addresses, localhost and the own names are known.',
})

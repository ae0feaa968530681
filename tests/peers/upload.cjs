// Uploads one file with tus-js-client, as somebody else's program would. Ends with 0 when the file is there, with 3 when
// the connection was lost (run it again with the same --memory and it goes on), with 4 when the server refuses.

'use strict'

const fs = require('node:fs')
const { parseArgs } = require('node:util')
const tus = require('tus-js-client')

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    file: { type: 'string' },
    memory: { type: 'string' },
    retries: { type: 'string', default: '0' },
    'with-creation': { type: 'boolean', default: false },
  },
})

const begun = { resumed: false, requests: 0, retries: 0 }
const end = (code, said) => {
  console.log(JSON.stringify({ ...begun, ...said }))
  process.exit(code)
}

const upload = new tus.Upload(fs.createReadStream(values.file), {
  endpoint: values.endpoint,
  headers: { Authorization: `Bearer ${process.env.KANDAS_TOKEN}` },
  metadata: { filename: 'film.mp4', filetype: 'video/mp4' },
  uploadDataDuringCreation: values['with-creation'],
  urlStorage: new tus.FileUrlStorage(values.memory),
  retryDelays: Array(Number(values.retries)).fill(30),
  onBeforeRequest: () => {
    begun.requests += 1
  },
  onShouldRetry: (error) => {
    const status = error.originalResponse ? error.originalResponse.getStatus() : 0
    begun.retries += 1
    return status === 0 || status === 409 || status === 423 || status >= 500
  },
  onError: (error) => {
    const status = error.originalResponse ? error.originalResponse.getStatus() : 0
    end(status === 0 ? 3 : 4, { status, error: String(error.message).slice(0, 300) })
  },
  onSuccess: () => end(0, { location: new URL(upload.url).pathname }),
})

upload.findPreviousUploads().then((previous) => {
  if (previous.length > 0) {
    begun.resumed = true
    upload.resumeFromPreviousUpload(previous[0])
  }
  upload.start()
})

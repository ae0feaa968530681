// A tus server of others over a folder, as its own documentation sets it up: what the bench measures beside the central
// store. Says on which port it listens, ends when it is told to.

import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const { values } = parseArgs({ options: { folder: { type: 'string' }, port: { type: 'string' } } })

const tus = new Server({ path: '/files', datastore: new FileStore({ directory: values.folder }) })

createServer(tus.handle.bind(tus)).listen(Number(values.port), '127.0.0.1')

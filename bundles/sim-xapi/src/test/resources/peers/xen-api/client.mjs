// Uses a pool through the client of Xen Orchestra: arguments are the URL and the machine's name.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { Xapi } from 'xen-api'

const [url, name] = process.argv.slice(2)
const password = process.env.SIM_PASSWORD
const answers = createInterface({ input: process.stdin })

const wrong = new Xapi({ allowUnauthorized: true, url, auth: { user: 'root', password: 'not ' + password }, watchEvents: false })
const refused = await wrong.connect().then(
  () => undefined,
  error => error.code
)
if (refused !== 'SESSION_AUTHENTICATION_FAILED') {
  throw new Error(`a wrong password gave ${refused}`)
}

const xapi = new Xapi({ allowUnauthorized: true, url, auth: { user: 'root', password }, debounce: 10 })
await xapi.connect()
await xapi.objectsFetched
const records = Object.keys(xapi.objects.all).length
const vm = Object.values(xapi.objects.all).find(object => object.$type === 'VM' && object.name_label === name)
const tagged = new Promise(resolve => {
  xapi.objects.on('update', objects => {
    if (Object.values(objects).some(object => object?.$ref === vm.$ref && object.tags.includes('node'))) {
      resolve()
    }
  })
})
await xapi.call('VM.add_tags', vm.$ref, 'node')
await tagged
await xapi.barrier(vm.$ref)

const diskOf = async ref => xapi.getField('VBD', (await xapi.getField('VM', ref, 'VBDs'))[0], 'VDI')
const vdi = await diskOf(vm.$ref)
const size = await xapi.getField('VDI', vdi, 'virtual_size')
await xapi.call('VDI.enable_cbt', vdi)
const first = await xapi.callAsync('VM.snapshot', vm.$ref, 'first', [])
const base = await diskOf(first)
console.log('write', await xapi.getField('VDI', vdi, 'uuid'))
await once(answers, 'line')
const second = await xapi.callAsync('VM.snapshot', vm.$ref, 'second', [])
const target = await diskOf(second)
const bitmap = await xapi.call('VDI.list_changed_blocks', base, target)

const response = await xapi.getResource('/export_raw_vdi', { query: { vdi: target, format: 'raw' }, task: true })
const content = Buffer.from(await response.body.arrayBuffer())
await response.task
const copy = await xapi.call('VDI.create', {
  name_label: 'copy',
  name_description: '',
  SR: await xapi.getField('VDI', vdi, 'SR'),
  virtual_size: size,
  type: 'user',
  sharable: false,
  read_only: false,
  other_config: {},
})
const stream = Readable.from([content])
stream.length = content.length
await xapi.putResource(stream, '/import_raw_vdi', { query: { vdi: copy, format: 'raw' }, task: true })
console.log(
  JSON.stringify({
    records,
    bitmap,
    imported: await xapi.getField('VDI', copy, 'uuid'),
    exported: await xapi.getField('VDI', target, 'uuid'),
  })
)
for (const snapshot of [first, second]) {
  const disk = await diskOf(snapshot)
  await xapi.callAsync('VM.destroy', snapshot)
  await xapi.callAsync('VDI.destroy', disk)
}
await xapi.disconnect()
answers.close()

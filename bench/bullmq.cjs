// bench/bullmq.cjs FOLDER SOCKET TASKS: what BullMQ carries in one process, one line of JSON.
//
// As bench_tasks measures itself: tasks are sent in writes of 1,000, then a worker of concurrency
// 200 runs all of them, then one task at a time from the call to the handler's first line.
const path = require('node:path')
const { Queue, Worker } = require(path.resolve(process.argv[2], 'node_modules', 'bullmq'))

const connection = { path: process.argv[3], maxRetriesPerRequest: null }
const tasks = Number(process.argv[4])
const writeTasks = 1000
const samples = 500
const now = () => Number(process.hrtime.bigint()) / 1e3 // us

const perSecond = (count, begun) => (count / (now() - begun)) * 1e6

async function enqueue (queue, keeps) {
  const begun = now()
  for (let sent = 0; sent < tasks; sent += writeTasks) {
    const one = { name: 'noop', data: { n: 1 }, opts: { removeOnComplete: !keeps } }
    await queue.addBulk(Array.from({ length: writeTasks }, () => one))
  }
  return perSecond(tasks, begun)
}

async function drain (name) {
  let done = 0
  const begun = now()
  await new Promise((resolve, reject) => {
    const worker = new Worker(name, async job => job.data.n, { connection, concurrency: 200 })
    worker.on('completed', () => { if (++done === tasks) worker.close().then(resolve, reject) })
    worker.on('error', reject)
  })
  return perSecond(done, begun)
}

async function startLatency (queue, name) {
  const seen = []
  let told
  const run = async job => { seen.push(now() - job.data.sent); told() }
  const worker = new Worker(name, run, { connection })
  await worker.waitUntilReady()
  for (let i = 0; i < samples; i++) {
    await new Promise(resolve => setTimeout(resolve, 5))
    const ran = new Promise(resolve => { told = resolve })
    await queue.add('now', { sent: now() }, { removeOnComplete: true })
    await ran
  }
  await worker.close()
  return seen.sort((a, b) => a - b)[samples / 2]
}

async function main () {
  const found = {}
  for (const [name, keeps] of [['quiet', false], ['kept', true]]) {
    const queue = new Queue(name, { connection })
    found.enqueue_per_s = await enqueue(queue, keeps)
    found[keeps ? 'worker_result_per_s' : 'worker_no_result_per_s'] = await drain(name)
    if (!keeps) found.start_latency_p50_us = await startLatency(queue, name)
    await queue.close()
  }
  console.log(JSON.stringify(found))
  process.exit(0)
}

main().catch(failed => { console.error(failed); process.exit(1) })

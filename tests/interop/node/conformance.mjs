// The conformance script, driven by grpc-js. python/conformance.py runs the same cases with grpcio.
//
//   node conformance.mjs --target HOST:PORT [--case NAME]
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { readArguments } from "./lib/arguments.mjs";
import { clientStream, deadlineIn, duplex, errorOf, serverStream, unary } from "./lib/calls.mjs";
import { runCases } from "./lib/cases.mjs";
import { connect, gzipRequests } from "./lib/channel.mjs";
import { takeInflated } from "./lib/inflation.mjs";
import { conformance, detailsOf, health, reflectionV1, reflectionV1Alpha } from "./lib/protos.mjs";
import { discover, errorCodeFor, listServices } from "./lib/reflection.mjs";

const { target, case: only, hold } = readArguments(["target"]);
const service = "vectorstore.interop.v1.ConformanceService";
const client = connect(conformance.ConformanceService, target);
const mebibyte = 1024 * 1024;

// Bytes that do not compress and do not repeat, the same in every run.
function noise(size) {
  const bytes = Buffer.alloc(size);
  let state = 12345;
  for (let i = 0; i + 4 <= size; i += 4) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes.writeUInt32LE(state, i);
  }
  return bytes;
}

async function assertServerSawCancellation(text) {
  const { response } = await unary(client, "ObserveCancellation", { text });
  assert.deepEqual(response, { known: true, cancelled: true });
}

// A call has reached its handler once its first response is there.
async function startedStream(options = {}, text = randomUUID()) {
  const stream = serverStream(client, "StreamUntilCancelled", { text }, { options });
  assert.equal((await stream.next()).text, text);
  return { text, stream };
}

const failure = (more) => ({
  code: grpc.status.INVALID_ARGUMENT,
  message: "expected dimension 768, got 512",
  reason: "DIMENSION_MISMATCH",
  field: "points[3].vectors.image",
  facts: { expected: "768", actual: "512" },
  ...more,
});

function assertDetails(error, wanted) {
  assert.equal(error.code, wanted.code);
  assert.equal(error.details, wanted.message);
  const details = detailsOf(error);
  assert.equal(details.code, wanted.code);
  assert.equal(details.message, wanted.message);
  assert.deepEqual({ ...details.info }, { reason: wanted.reason, domain: "vectorstore", metadata: wanted.facts });
  assert.deepEqual(details.violations?.map(({ field }) => field), wanted.field ? [wanted.field] : undefined);
}

if (hold !== undefined) {
  await startedStream({}, hold);
  process.stdout.write("started\n");
  await new Promise(() => {});
}

await runCases({
  async unary() {
    const { response } = await unary(client, "Unary", { text: "Grüße, 世界", payload: Buffer.from([0, 1, 255]), repeat: 3 });
    assert.equal(response.text, "Grüße, 世界");
    assert.deepEqual(response.payload, Buffer.from([0, 1, 255, 0, 1, 255, 0, 1, 255]));
  },

  async unary_empty_message() {
    const { response } = await unary(client, "Unary", {});
    assert.equal(response.text, "");
    assert.equal(response.payload.length, 0);
  },

  async client_stream() {
    const { response } = await clientStream(client, "ClientStream", [..."abcd"].map((text, i) => ({ text, payload: Buffer.from([i]) })));
    assert.equal(response.text, "a,b,c,d");
    assert.deepEqual(response.payload, Buffer.from([0, 1, 2, 3]));
  },

  async client_stream_of_none() {
    const { response } = await clientStream(client, "ClientStream", []);
    assert.equal(response.text, "");
  },

  async server_stream() {
    const responses = await serverStream(client, "ServerStream", { text: "x", repeat: 1000 }).all();
    assert.deepEqual(responses.map(({ index }) => index), [...Array(1000).keys()]);
  },

  async server_stream_read_slowly() {
    // 64 MiB, far beyond every window: the server has to wait for the reader.
    const stream = serverStream(client, "ServerStream", { payload: noise(mebibyte), repeat: 64 });
    stream.call.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { response } = await unary(client, "Unary", { text: "meanwhile" });
    assert.equal(response.text, "meanwhile");
    stream.call.resume();
    assert.equal((await stream.all()).length, 64);
  },

  async duplex() {
    const stream = duplex(client, "Duplex");
    for (let i = 0; i < 100; i++) {
      stream.write({ text: String(i) });
      const response = await stream.next();
      assert.equal(response.text, String(i));
      assert.equal(response.index, i);
    }
    stream.end();
    assert.equal(await stream.next(), undefined);
  },

  async duplex_sent_ahead() {
    const stream = duplex(client, "Duplex");
    for (let i = 0; i < 2000; i++) stream.write({ text: String(i), payload: Buffer.alloc(500) });
    stream.end();
    const responses = await stream.all();
    assert.deepEqual(responses.map(({ text }) => text), [...Array(2000).keys()].map(String));
  },

  async deadline_exceeded() {
    const text = randomUUID();
    const error = await errorOf(unary(client, "WaitForCancellation", { text }, { options: { deadline: deadlineIn(1000) } }));
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
    await assertServerSawCancellation(text);
  },

  async deadline_exceeded_of_a_stream() {
    const { text, stream } = await startedStream({ deadline: deadlineIn(1500) });
    assert.equal((await errorOf(stream.all())).code, grpc.status.DEADLINE_EXCEEDED);
    await assertServerSawCancellation(text);
  },

  async deadline_known_to_the_server() {
    const { response } = await unary(client, "Inspect", {}, { options: { deadline: deadlineIn(30_000) } });
    assert.ok(response.deadline_in_ms > 10_000 && response.deadline_in_ms <= 30_000, `${response.deadline_in_ms} ms`);
    assert.equal(response.method, `${service}/Inspect`);
  },

  async no_deadline() {
    const { response } = await unary(client, "Inspect", {}, { options: { deadline: Infinity } });
    assert.equal(response._deadline_in_ms, undefined);
  },

  async cancellation_seen_by_the_server() {
    const text = randomUUID();
    let call;
    const cancelled = errorOf(unary(client, "WaitForCancellation", { text }, { onCall: (started) => { call = started; } }));
    await until(async () => (await unary(client, "ObserveCancellation", { text, delay_ms: 1 })).response.known);
    call.cancel();
    assert.equal((await cancelled).code, grpc.status.CANCELLED);
    await assertServerSawCancellation(text);
  },

  async cancellation_of_a_stream_seen_by_the_server() {
    const { text, stream } = await startedStream();
    stream.call.cancel();
    assert.equal((await errorOf(stream.all())).code, grpc.status.CANCELLED);
    await assertServerSawCancellation(text);
  },

  async cancellation_with_open_requests_seen_by_the_server() {
    const text = randomUUID();
    const stream = duplex(client, "DuplexUntilCancelled");
    stream.write({ text });
    assert.equal((await stream.next()).text, text);
    stream.call.cancel();
    assert.equal((await errorOf(stream.all())).code, grpc.status.CANCELLED);
    await assertServerSawCancellation(text);
  },

  async lost_connection_seen_by_the_server() {
    // Another process, whose end is nothing but a closed connection.
    const text = randomUUID();
    const other = spawn(process.execPath, [fileURLToPath(import.meta.url), "--target", target, "--hold", text], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve, reject) => other.stdout.once("data", resolve).once("end", () => reject(new Error("the other process ended"))));
    other.kill("SIGKILL");
    await assertServerSawCancellation(text);
  },

  async metadata_text() {
    const metadata = new grpc.Metadata();
    metadata.set("x-echo-text", "plain text, with ~ signs");
    metadata.add("x-echo-several", "one");
    metadata.add("x-echo-several", "two");
    metadata.set("x-trail-text", "at the end");
    const { headers, trailers } = await unary(client, "Unary", { text: "x" }, { metadata });
    assert.deepEqual(headers.get("x-echo-text"), ["plain text, with ~ signs"]);
    assert.deepEqual(headers.get("x-echo-several").join(", "), "one, two");
    assert.deepEqual(trailers.get("x-trail-text"), ["at the end"]);
    assert.deepEqual(headers.get("x-trail-text"), []);
  },

  async metadata_binary() {
    const all = Buffer.from([...Array(256).keys()]);
    const metadata = new grpc.Metadata();
    metadata.set("x-echo-all-bin", all);
    metadata.add("x-echo-several-bin", Buffer.from([1]));
    metadata.add("x-echo-several-bin", Buffer.from([2, 3]));
    metadata.set("x-trail-all-bin", all);
    const { headers, trailers } = await unary(client, "Unary", { text: "x" }, { metadata });
    assert.deepEqual(headers.get("x-echo-all-bin"), [all]);
    assert.deepEqual(headers.get("x-echo-several-bin"), [Buffer.from([1]), Buffer.from([2, 3])]);
    assert.deepEqual(trailers.get("x-trail-all-bin"), [all]);

    const { response } = await unary(client, "Inspect", {}, { metadata });
    assert.deepEqual(response.headers.find(({ key }) => key === "x-echo-all-bin").binary, all);
  },

  async metadata_of_streams() {
    const metadata = new grpc.Metadata();
    metadata.set("x-echo-blob-bin", Buffer.from([9, 8]));
    metadata.set("x-trail-text", "end");
    const stream = duplex(client, "Duplex", { metadata });
    stream.write({ text: "x" });
    await stream.next();
    assert.deepEqual((await stream.headers).get("x-echo-blob-bin"), [Buffer.from([9, 8])]);
    stream.end();
    await stream.all();
    assert.deepEqual((await stream.status).metadata.get("x-trail-text"), ["end"]);
  },

  async error_details() {
    assertDetails(await errorOf(unary(client, "Fail", failure())), failure());
  },

  async error_without_a_field() {
    const wanted = failure({ code: grpc.status.NOT_FOUND, message: "no collection «Bücher»", reason: "COLLECTION_NOT_FOUND", field: "", facts: {} });
    assertDetails(await errorOf(unary(client, "Fail", wanted)), wanted);
  },

  async error_after_responses() {
    const stream = serverStream(client, "FailStream", failure());
    assert.equal((await stream.next()).index, 0);
    assert.equal((await stream.next()).index, 1);
    assertDetails(await errorOf(stream.next()), failure());
  },

  async error_with_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set("x-trail-text", "also with errors");
    const error = await errorOf(unary(client, "Fail", failure(), { metadata }));
    assert.deepEqual(error.metadata.get("x-trail-text"), ["also with errors"]);
    assertDetails(error, failure());
  },

  async every_status_code() {
    for (let code = 1; code <= 16; code++) {
      const wanted = failure({ code, message: `code ${code}: 100 % "quoted"\nline` });
      assertDetails(await errorOf(unary(client, "Fail", wanted)), wanted);
    }
  },

  async malformed_message() {
    const error = await errorOf(new Promise((resolve, reject) => {
      const raw = (bytes) => bytes;
      client.makeUnaryRequest(`/${service}/Unary`, raw, raw, Buffer.from([0xff, 0xff, 0xff]), (problem, response) => (problem ? reject(problem) : resolve(response)));
    }));
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    assert.equal(detailsOf(error).info.reason, "MALFORMED_MESSAGE");
  },

  async gzip_of_requests() {
    const compressing = connect(conformance.ConformanceService, target, gzipRequests);
    const text = "compress ".repeat(1000);
    takeInflated();
    const { response } = await unary(compressing, "Unary", { text });
    assert.equal(response.text, text);
    assert.equal(response.request_compressed, true);
    assert.equal(takeInflated(), 0, "the response was not to be compressed");
    compressing.close();
  },

  async gzip_of_responses() {
    const text = "compress ".repeat(1000);
    takeInflated();
    const { response } = await unary(client, "Unary", { text, compress: true });
    assert.equal(response.text, text);
    assert.equal(response.request_compressed, false);
    assert.equal(takeInflated(), 1);
  },

  async gzip_both_ways() {
    const compressing = connect(conformance.ConformanceService, target, gzipRequests);
    const stream = duplex(compressing, "Duplex");
    takeInflated();
    for (let i = 0; i < 10; i++) {
      stream.write({ text: "compress ".repeat(1000 + i), compress: true });
      const response = await stream.next();
      assert.equal(response.text.length, 9000 + 9 * i);
      assert.equal(response.request_compressed, true);
    }
    assert.equal(takeInflated(), 10);
    stream.end();
    await stream.all();
    compressing.close();
  },

  async message_of_20_MB() {
    const payload = noise(20 * mebibyte);
    const { response } = await unary(client, "Unary", { payload });
    assert.ok(response.payload.equals(payload));
  },

  async messages_of_20_MB_in_a_stream() {
    const payload = noise(20 * mebibyte);
    const stream = duplex(client, "Duplex");
    for (let i = 0; i < 3; i++) {
      stream.write({ payload });
      assert.ok((await stream.next()).payload.equals(payload));
    }
    stream.end();
    assert.equal(await stream.next(), undefined);
  },

  async message_over_the_limit() {
    const error = await errorOf(unary(client, "Unary", { payload: Buffer.alloc(65 * mebibyte) }));
    assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
    const { response } = await unary(client, "Unary", { text: "still here" });
    assert.equal(response.text, "still here");
  },

  async calls_at_once_1000() {
    // All are open at the same time: none is ended before each had its answer.
    const streams = Array.from({ length: 1000 }, () => duplex(client, "Duplex"));
    streams.forEach((stream, i) => stream.write({ text: String(i) }));
    const answers = await Promise.all(streams.map((stream) => stream.next()));
    answers.forEach(({ text }, i) => assert.equal(text, String(i)));
    assert.equal(new Set(answers.map(({ peer }) => peer)).size, 1, "connections");
    streams.forEach((stream) => stream.end());
    await Promise.all(streams.map((stream) => stream.all()));
  },

  async unary_calls_at_once_1000() {
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => unary(client, "Unary", { text: String(i), delay_ms: 200 })));
    answers.forEach(({ response }, i) => assert.equal(response.text, String(i)));
    assert.equal(new Set(answers.map(({ response }) => response.peer)).size, 1, "connections");
  },

  async health_checked() {
    const checker = connect(health.Health, target);
    assert.equal((await unary(checker, "Check", { service: "" })).response.status, "SERVING");
    assert.equal((await unary(checker, "Check", { service })).response.status, "SERVING");
    assert.equal((await errorOf(unary(checker, "Check", { service: "no.such.Service" }))).code, grpc.status.NOT_FOUND);
    checker.close();
  },

  async health_watched() {
    const watcher = connect(health.Health, target);
    const watched = `interop.${randomUUID()}`;
    const stream = serverStream(watcher, "Watch", { service: watched });
    assert.equal((await stream.next()).status, "SERVICE_UNKNOWN");
    for (const serving of [true, false, true]) {
      await unary(client, "SetHealth", { service: watched, serving });
      assert.equal((await stream.next()).status, serving ? "SERVING" : "NOT_SERVING");
    }
    stream.call.cancel();
    await errorOf(stream.all());
    watcher.close();
  },

  async reflection_lists_services() {
    for (const version of [reflectionV1, reflectionV1Alpha]) {
      const asker = connect(version.ServerReflection, target);
      const services = await listServices(asker);
      for (const expected of [service, "grpc.testing.TestService", "grpc.health.v1.Health"]) assert.ok(services.includes(expected), services.join());
      assert.equal(await errorCodeFor(asker, { file_containing_symbol: "no.such.Service" }), grpc.status.NOT_FOUND);
      asker.close();
    }
  },

  async reflection_makes_a_client() {
    for (const version of [reflectionV1, reflectionV1Alpha]) {
      const asker = connect(version.ServerReflection, target);
      const discovered = connect(await discover(asker, service), target);
      const { response } = await unary(discovered, "Unary", { text: "found by reflection" });
      assert.equal(response.text, "found by reflection");
      asker.close();
      discovered.close();
    }
  },
}, only);

async function until(condition) {
  for (let tries = 0; tries < 500; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("waited in vain");
}

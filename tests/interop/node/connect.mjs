// The conformance service through connect-node: Connect with JSON and with binary messages, gRPC-Web, gRPC.
//
//   node connect.mjs --http HOST:PORT --grpc HOST:PORT --descriptors FILE [--case NAME]
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Code, ConnectError, createClient, decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";
import { compressionGzip } from "@connectrpc/connect-node";
import { readArguments } from "./lib/arguments.mjs";
import { errorOf } from "./lib/calls.mjs";
import { runCases } from "./lib/cases.mjs";
import { detailsOf, overHttp1, readRegistry, transports } from "./lib/schemas.mjs";

const { http, grpc, descriptors, case: only } = readArguments(["http", "grpc", "descriptors"]);
const registry = readRegistry(descriptors);
const conformance = registry.getService("vectorstore.interop.v1.ConformanceService");
const testing = registry.getService("grpc.testing.TestService");
const elsewhere = registry.getService("grpc.testing.UnimplementedService");
const timeoutMs = 45_000;
const mebibyte = 1024 * 1024;

const failure = {
  code: Code.InvalidArgument,
  message: "expected dimension 768, got 512",
  reason: "DIMENSION_MISMATCH",
  field: "points[3].vectors.image",
  facts: { expected: "768", actual: "512" },
};

function assertFailure(error, wanted = failure) {
  assert.ok(error instanceof ConnectError, String(error));
  assert.equal(error.code, wanted.code);
  assert.equal(error.rawMessage, wanted.message);
  assert.deepEqual(detailsOf(error, registry), { reason: wanted.reason, domain: "vectorstore", facts: wanted.facts, fields: [wanted.field] });
}

async function collect(stream) {
  const responses = [];
  for await (const response of stream) responses.push(response);
  return responses;
}

async function assertServerSawCancellation(client, text) {
  const { known, cancelled } = await client.observeCancellation({ text }, { timeoutMs });
  assert.deepEqual({ known, cancelled }, { known: true, cancelled: true });
}

const all = transports(http, grpc);
const compressed = transports(http, grpc, { sendCompression: compressionGzip, compressMinBytes: 0 });

// Cases of unary calls, which every transport has.
const unaryCases = {
  async unary(client) {
    const payload = Uint8Array.from({ length: 256 }, (_, i) => i);
    const response = await client.unary({ text: "Grüße, 世界", payload, repeat: 2 }, { timeoutMs });
    assert.equal(response.text, "Grüße, 世界");
    assert.deepEqual([...response.payload], [...payload, ...payload]);
  },

  async unary_empty_message(client) {
    const response = await client.unary({}, { timeoutMs });
    assert.equal(response.text, "");
  },

  async metadata(client) {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const headers = { "x-echo-text": "plain text", "x-echo-all-bin": encodeBinaryHeader(bytes), "x-trail-text": "at the end", "x-trail-all-bin": encodeBinaryHeader(bytes) };
    let received;
    let trailers;
    await client.unary({ text: "x" }, { headers, timeoutMs, onHeader: (value) => { received = value; }, onTrailer: (value) => { trailers = value; } });
    assert.equal(received.get("x-echo-text"), "plain text");
    assert.deepEqual([...decodeBinaryHeader(received.get("x-echo-all-bin"))], [...bytes]);
    assert.equal(trailers.get("x-trail-text"), "at the end");
    assert.deepEqual([...decodeBinaryHeader(trailers.get("x-trail-all-bin"))], [...bytes]);
  },

  async error_details(client) {
    assertFailure(await errorOf(client.fail(failure, { timeoutMs })));
  },

  async error_with_metadata(client) {
    const error = await errorOf(client.fail(failure, { headers: { "x-trail-text": "also with errors" }, timeoutMs }));
    assertFailure(error);
    assert.equal(error.metadata.get("x-trail-text"), "also with errors");
  },

  async every_status_code(client) {
    for (let code = 1; code <= 16; code++) {
      const wanted = { ...failure, code, message: `code ${code}: 100 % "quoted" «ü»` };
      assertFailure(await errorOf(client.fail(wanted, { timeoutMs })), wanted);
    }
  },

  async deadline_exceeded(client) {
    const text = randomUUID();
    const error = await errorOf(client.waitForCancellation({ text }, { timeoutMs: 1000 }));
    assert.equal(error.code, Code.DeadlineExceeded);
    await assertServerSawCancellation(client, text);
  },

  async deadline_known_to_the_server(client) {
    const { deadlineInMs, method } = await client.inspect({}, { timeoutMs: 30_000 });
    assert.ok(deadlineInMs > 10_000n && deadlineInMs <= 30_000n, `${deadlineInMs} ms`);
    assert.equal(method, "vectorstore.interop.v1.ConformanceService/Inspect");
  },

  async cancellation_seen_by_the_server(client) {
    const text = randomUUID();
    const abort = new AbortController();
    const cancelled = errorOf(client.waitForCancellation({ text }, { signal: abort.signal }));
    while (!(await client.observeCancellation({ text, delayMs: 1 }, { timeoutMs })).known) await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort();
    assert.equal((await cancelled).code, Code.Canceled);
    await assertServerSawCancellation(client, text);
  },

  async message_of_20_MB(client, transport) {
    if (transport.startsWith("connect JSON")) {
      // As a text: making base64 of so many bytes takes this client much longer than all the rest.
      const text = "0123456789abcdef".repeat(20 * mebibyte / 16);
      assert.ok((await client.unary({ text }, { timeoutMs })).text === text);
      return;
    }
    const payload = new Uint8Array(20 * mebibyte).map((_, i) => (i * 2654435761) >>> 13);
    const response = await client.unary({ payload }, { timeoutMs });
    assert.ok(Buffer.from(response.payload).equals(Buffer.from(payload)));
  },

  async calls_at_once_200(client) {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => client.unary({ text: String(i), delayMs: 50 }, { timeoutMs })));
    answers.forEach(({ text }, i) => assert.equal(text, String(i)));
  },

  async gzip_of_requests(_, transport) {
    const text = "compress ".repeat(1000);
    const response = await createClient(conformance, compressed[transport]).unary({ text }, { timeoutMs });
    assert.equal(response.text, text);
    assert.equal(response.requestCompressed, true);
  },

  async gzip_of_responses(client) {
    const text = "compress ".repeat(1000);
    let headers;
    const response = await client.unary({ text, compress: true }, { timeoutMs, onHeader: (value) => { headers = value; } });
    assert.equal(response.text, text);
    assert.equal(headers.get("content-encoding") ?? headers.get("grpc-encoding"), "gzip");
  },

  async unimplemented_method(_, transport) {
    const error = await errorOf(createClient(testing, all[transport]).unimplementedMethod({}, { timeoutMs }));
    assert.equal(error.code, Code.Unimplemented);
  },

  async unimplemented_service(_, transport) {
    const error = await errorOf(createClient(elsewhere, all[transport]).unimplementedCall({}, { timeoutMs }));
    assert.equal(error.code, Code.Unimplemented);
  },
};

// An answer that comes before the request is complete ends the stream there and then (RFC 9113, 8.1). On HTTP/2 connect-node does not take notice
// while it still writes, so this is for HTTP/1.1.
const earlyAnswerCases = {
  async message_over_the_limit(client) {
    const error = await errorOf(client.unary({ text: "x".repeat(65 * mebibyte) }, { timeoutMs }));
    assert.equal(error.code, Code.ResourceExhausted);
    assert.equal((await client.unary({ text: "still here" }, { timeoutMs })).text, "still here");
  },
};

const streamCases = {
  async server_stream(client) {
    const responses = await collect(client.serverStream({ text: "x", repeat: 1000 }, { timeoutMs }));
    assert.deepEqual(responses.map(({ index }) => index), [...Array(1000).keys()]);
  },

  async server_stream_of_none(client) {
    assert.deepEqual(await collect(client.serverStream({ repeat: 0 }, { timeoutMs })), []);
  },

  async error_after_responses(client) {
    const seen = [];
    const error = await errorOf((async () => {
      for await (const { index } of client.failStream(failure, { timeoutMs })) seen.push(index);
    })());
    assert.deepEqual(seen, [0, 1]);
    assertFailure(error);
  },

  async cancellation_of_a_stream_seen_by_the_server(client) {
    const text = randomUUID();
    const abort = new AbortController();
    const error = await errorOf((async () => {
      for await (const response of client.streamUntilCancelled({ text }, { signal: abort.signal })) {
        assert.equal(response.text, text);
        abort.abort();
      }
    })());
    assert.equal(error.code, Code.Canceled);
    await assertServerSawCancellation(client, text);
  },
};

// Over HTTP/2 only.
const duplexCases = {
  async client_stream(client) {
    async function* requests() {
      for (const text of "abcd") yield { text };
    }
    assert.equal((await client.clientStream(requests(), { timeoutMs })).text, "a,b,c,d");
  },

  async duplex(client) {
    async function* requests() {
      for (let i = 0; i < 100; i++) yield { text: String(i) };
    }
    const responses = await collect(client.duplex(requests(), { timeoutMs }));
    assert.deepEqual(responses.map(({ text }) => text), [...Array(100).keys()].map(String));
  },
};

const cases = {};
for (const transport of Object.keys(all)) {
  const client = createClient(conformance, all[transport]);
  const fitting = { ...unaryCases, ...streamCases, ...(overHttp1(transport) ? earlyAnswerCases : duplexCases) };
  for (const [name, body] of Object.entries(fitting)) cases[`${name} over ${transport}`] = () => body(client, transport);
}
await runCases(cases, only);

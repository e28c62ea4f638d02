// The standard interoperability cases, driven by grpc-js.
//
//   node interop-client.mjs --target HOST:PORT [--case NAME]
import assert from "node:assert/strict";
import grpc from "@grpc/grpc-js";
import { readArguments } from "./lib/arguments.mjs";
import { clientStream, compressing, deadlineIn, duplex, errorOf, serverStream, unary } from "./lib/calls.mjs";
import { runCases } from "./lib/cases.mjs";
import { connect, gzipRequests } from "./lib/channel.mjs";
import { takeInflated } from "./lib/inflation.mjs";
import { testing } from "./lib/protos.mjs";

const { target, case: only } = readArguments(["target"]);
const client = connect(testing.TestService, target);
const compressingClient = connect(testing.TestService, target, gzipRequests);
const zeros = (size) => ({ type: "COMPRESSABLE", body: Buffer.alloc(size) });

const largeRequest = { response_size: 314159, payload: zeros(271828) };
const requestSizes = [27182, 8, 1828, 45904];
const responseSizes = [31415, 9, 2653, 58979];

function assertZeros(payload, size) {
  assert.equal(payload.body.length, size);
  assert.ok(payload.body.equals(Buffer.alloc(size)), "the payload is not all zeros");
}

const pingPong = (index) => ({ response_parameters: [{ size: responseSizes[index] }], payload: zeros(requestSizes[index]) });

async function assertStatusOfBothKinds(code, message) {
  const status = { code, message };
  const unaryError = await errorOf(unary(client, "UnaryCall", { response_status: status }));
  assert.equal(unaryError.code, code);
  assert.equal(unaryError.details, message);

  const stream = duplex(client, "FullDuplexCall");
  stream.write({ response_status: status });
  stream.end();
  const streamError = await errorOf(stream.all());
  assert.equal(streamError.code, code);
  assert.equal(streamError.details, message);
}

await runCases({
  async empty_unary() {
    const { response } = await unary(client, "EmptyCall", {});
    assert.deepEqual(response, {});
  },

  async large_unary() {
    const { response } = await unary(client, "UnaryCall", largeRequest);
    assertZeros(response.payload, 314159);
  },

  async client_streaming() {
    const { response } = await clientStream(client, "StreamingInputCall", requestSizes.map((size) => ({ payload: zeros(size) })));
    assert.equal(response.aggregated_payload_size, 74922);
  },

  async server_streaming() {
    const responses = await serverStream(client, "StreamingOutputCall", { response_parameters: responseSizes.map((size) => ({ size })) }).all();
    assert.equal(responses.length, 4);
    responses.forEach((response, index) => assertZeros(response.payload, responseSizes[index]));
  },

  async ping_pong() {
    const stream = duplex(client, "FullDuplexCall");
    for (let index = 0; index < 4; index++) {
      stream.write(pingPong(index));
      assertZeros((await stream.next()).payload, responseSizes[index]);
    }
    stream.end();
    assert.equal(await stream.next(), undefined);
  },

  async empty_stream() {
    const stream = duplex(client, "FullDuplexCall");
    stream.end();
    assert.deepEqual(await stream.all(), []);
  },

  async client_compressed_unary() {
    const probe = await errorOf(unary(client, "UnaryCall", { ...largeRequest, expect_compressed: { value: true } }));
    assert.equal(probe.code, grpc.status.INVALID_ARGUMENT);

    const compressed = await unary(compressingClient, "UnaryCall", { ...largeRequest, expect_compressed: { value: true } });
    assertZeros(compressed.response.payload, 314159);
    const plain = await unary(client, "UnaryCall", { ...largeRequest, expect_compressed: { value: false } });
    assertZeros(plain.response.payload, 314159);
  },

  async server_compressed_unary() {
    for (const value of [true, false]) {
      takeInflated();
      const { response } = await unary(client, "UnaryCall", { ...largeRequest, response_compressed: { value } });
      assertZeros(response.payload, 314159);
      assert.equal(takeInflated(), value ? 1 : 0, `messages with the compressed flag where response_compressed is ${value}`);
    }
  },

  async client_compressed_streaming() {
    const probe = await errorOf(clientStream(client, "StreamingInputCall", [{ expect_compressed: { value: true }, payload: zeros(27182) }]));
    assert.equal(probe.code, grpc.status.INVALID_ARGUMENT);

    const requests = [
      { expect_compressed: { value: true }, payload: zeros(27182) },
      { expect_compressed: { value: false }, payload: zeros(45904) },
    ];
    const choice = compressing((request) => !request.expect_compressed.value);
    const { response } = await clientStream(compressingClient, "StreamingInputCall", requests, { options: choice });
    assert.equal(response.aggregated_payload_size, 73086);
  },

  async server_compressed_streaming() {
    const stream = serverStream(client, "StreamingOutputCall", {
      response_parameters: [{ size: 31415, compressed: { value: true } }, { size: 92653, compressed: { value: false } }],
    });
    takeInflated();
    const responses = await stream.all();
    assert.equal(responses.length, 2);
    assertZeros(responses[0].payload, 31415);
    assertZeros(responses[1].payload, 92653);
    assert.equal(takeInflated(), 1, "one message has the compressed flag");
  },

  async custom_metadata() {
    const trailing = Buffer.from([0xab, 0xab, 0xab]);
    const metadata = new grpc.Metadata();
    metadata.set("x-grpc-test-echo-initial", "test_initial_metadata_value");
    metadata.set("x-grpc-test-echo-trailing-bin", trailing);
    const assertEchoed = (headers, trailers) => {
      assert.deepEqual(headers.get("x-grpc-test-echo-initial"), ["test_initial_metadata_value"]);
      assert.deepEqual(trailers.get("x-grpc-test-echo-trailing-bin"), [trailing]);
    };

    const { headers, trailers } = await unary(client, "UnaryCall", { response_size: 1, payload: zeros(1) }, { metadata });
    assertEchoed(headers, trailers);

    const stream = duplex(client, "FullDuplexCall", { metadata });
    stream.write({ response_parameters: [{ size: 1 }], payload: zeros(1) });
    stream.end();
    assert.equal((await stream.all()).length, 1);
    assertEchoed(await stream.headers, (await stream.status).metadata);
  },

  async status_code_and_message() {
    await assertStatusOfBothKinds(2, "test status message");
  },

  async special_status_message() {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    const error = await errorOf(unary(client, "UnaryCall", { response_status: { code: 2, message } }));
    assert.equal(error.code, 2);
    assert.equal(error.details, message);
  },

  async unimplemented_method() {
    const error = await errorOf(unary(client, "UnimplementedMethod", {}));
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
  },

  async unimplemented_service() {
    const other = connect(testing.UnimplementedService, target);
    const error = await errorOf(unary(other, "UnimplementedCall", {}));
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
    other.close();
  },

  async cancel_after_begin() {
    const error = await errorOf(new Promise((resolve, reject) => {
      const call = client.StreamingInputCall((problem, response) => (problem ? reject(problem) : resolve(response)));
      call.cancel();
    }));
    assert.equal(error.code, grpc.status.CANCELLED);
  },

  async cancel_after_first_response() {
    const stream = duplex(client, "FullDuplexCall");
    stream.write(pingPong(0));
    assertZeros((await stream.next()).payload, responseSizes[0]);
    stream.call.cancel();
    const error = await errorOf(stream.all());
    assert.equal(error.code, grpc.status.CANCELLED);
  },

  async timeout_on_sleeping_server() {
    const stream = duplex(client, "FullDuplexCall", { options: { deadline: deadlineIn(1) } });
    stream.write({ payload: zeros(27182) });
    const error = await errorOf(stream.all());
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
}, only);

// The real server's services, driven by grpc-js.
//
//   node vectorstore-client.mjs --target HOST:PORT [--schema protos|reflection] [--case NAME]
//
// With `protos` the services are read from our .proto files, with `reflection` from the server and from nothing else.
import assert from "node:assert/strict";
import grpc from "@grpc/grpc-js";
import { readArguments } from "./lib/arguments.mjs";
import { duplex, errorOf, serverStream, unary } from "./lib/calls.mjs";
import { runCases } from "./lib/cases.mjs";
import { connect } from "./lib/channel.mjs";
import { detailsOf, health, reflectionV1, vectorstore } from "./lib/protos.mjs";
import { discover, listServices } from "./lib/reflection.mjs";

const { target, schema = "protos", case: only } = readArguments(["target"]);
const reflection = connect(reflectionV1.ServerReflection, target);
const open = async (name) => connect(schema === "reflection" ? await discover(reflection, `vectorstore.v1.${name}`) : vectorstore[name], target);
const collections = await open("CollectionService");
const points = await open("PointService");
const searches = await open("SearchService");
const admin = await open("AdminService");

const collection = `grpc-js.${schema}`;
const dimension = 4;
const count = 500;

// From descriptors protobufjs makes lists of entries of what are maps, with names as they stand there.
const bare = schema === "reflection";
const toMap = (entries) => (bare ? Object.entries(entries).map(([key, value]) => ({ key, value })) : entries);
const fromMap = (map) => (bare ? Object.fromEntries(map.map(({ key, value }) => [key, value])) : map);
const text = (value) => (bare ? { string_value: value } : { stringValue: value });
const number = (value) => (bare ? { number_value: value } : { numberValue: value });
const config = { vectors: toMap({ place: { dimension, metric: "METRIC_EUCLIDEAN" } }) };

// Points on a line: the nearest to a place on it, and their distances, are plain to see.
const point = (id) => ({ id, vector: [id, 0, 0, 0], payload: { fields: toMap({ parity: text(id % 2 ? "odd" : "even"), rank: number(id) }) } });
const even = { must: [{ key: "parity", match: { value: text("even") } }] };
const parityOf = ({ payload }) => fromMap(payload.fields).parity[bare ? "string_value" : "stringValue"];
const rankOf = ({ payload }) => fromMap(payload.fields).rank[bare ? "number_value" : "numberValue"];
const vectorOf = ({ vectors }) => fromMap(vectors).place.values;
const idsOf = (found) => found.map(({ id }) => id);

function assertError(error, code, reason, field) {
  assert.equal(error.code, code, error.message);
  const details = detailsOf(error);
  assert.equal(details.code, code);
  assert.equal(details.message, error.details);
  assert.equal(details.info.reason, reason);
  assert.equal(details.info.domain, "vectorstore");
  assert.deepEqual(details.violations?.map((violation) => violation.field), field === undefined ? undefined : [field]);
}

const search = async (request) => (await unary(searches, "Search", { collection, ...request })).response.points;

await runCases({
  async create_collection() {
    const { response } = await unary(collections, "Create", { collection, config });
    assert.equal(response.collection.name, collection);
    assert.equal(fromMap(response.collection.config.vectors).place.dimension, dimension);
  },

  async create_collection_again() {
    const error = await errorOf(unary(collections, "Create", { collection, config }));
    assertError(error, grpc.status.ALREADY_EXISTS, "COLLECTION_ALREADY_EXISTS");
  },

  async list_collections() {
    const { response } = await unary(collections, "List", {});
    assert.ok(response.collections.some(({ name }) => name === collection));
  },

  async upsert() {
    const { response } = await unary(points, "Upsert", { collection, points: Array.from({ length: 100 }, (_, id) => point(id)), request_id: `${schema}-1` });
    assert.equal(response.result.points_changed, 100);
    assert.ok(response.result.lsn > 0);
  },

  async upsert_again_with_the_same_request_id() {
    const request = { collection, points: [point(0)], request_id: `${schema}-2` };
    const first = await unary(points, "Upsert", request);
    const second = await unary(points, "Upsert", request);
    assert.deepEqual(second.response, first.response);
  },

  async upsert_stream() {
    const stream = duplex(points, "UpsertStream");
    for (let from = 100; from < count; from += 50) stream.write({ collection, points: Array.from({ length: 50 }, (_, i) => point(from + i)) });
    stream.end();
    const answers = await stream.all();
    assert.equal(answers.length, 8);
    answers.reduce((before, { result }) => {
      assert.ok(result.lsn > before, "positions in the log ascend");
      assert.equal(result.points_changed, 50);
      return result.lsn;
    }, 0);
  },

  async upsert_as_bytes() {
    const float32 = Buffer.alloc(4 * dimension);
    float32.writeFloatLE(0.5, 0);
    await unary(points, "Upsert", { collection, points: [{ id: 0, encoded_vector: { float32 }, payload_json: Buffer.from('{"parity":"even","rank":0}') }] });
    const { response } = await unary(points, "Get", { collection, ids: [0], with_vectors: true });
    assert.deepEqual(vectorOf(response.points[0]), [0.5, 0, 0, 0]);
    await unary(points, "Upsert", { collection, points: [point(0)] });
  },

  async count() {
    assert.equal((await unary(points, "Count", { collection })).response.count, count);
    assert.equal((await unary(points, "Count", { collection, filter: even })).response.count, count / 2);
  },

  async search() {
    const found = await search({ vector: [200.2, 0, 0, 0], limit: 3 });
    assert.deepEqual(idsOf(found), [200, 201, 199]);
    assert.ok(Math.abs(found[0].score - -0.2) < 1e-4, `score ${found[0].score}`);
    assert.equal(rankOf(found[0]), 200);
  },

  async search_exactly() {
    assert.deepEqual(idsOf(await search({ vector: [200.2, 0, 0, 0], limit: 3, exact: true })), [200, 201, 199]);
  },

  async search_with_filter() {
    assert.deepEqual(idsOf(await search({ vector: [200.2, 0, 0, 0], limit: 3, filter: even })), [200, 202, 198]);
    const range = { must: [{ key: "rank", range: { gte: 300, lt: 310 } }] };
    assert.deepEqual(idsOf(await search({ vector: [200.2, 0, 0, 0], limit: 2, filter: range })), [300, 301]);
    const json = Buffer.from('{"must":[{"key":"parity","match":{"value":"odd"}}]}');
    assert.deepEqual(idsOf(await search({ vector: [200.2, 0, 0, 0], limit: 2, filter_json: json })), [201, 199]);
  },

  async search_batch() {
    const batch = [10.2, 20.2].map((at) => ({ vector: [at, 0, 0, 0], limit: 1 }));
    const { response } = await unary(searches, "SearchBatch", { collection, searches: batch });
    assert.deepEqual(response.results.map(({ points: found }) => idsOf(found)), [[10], [20]]);
  },

  async search_explained() {
    const request = { collection, vector: [200.2, 0, 0, 0], limit: 3, target_recall: 0.95, oversampling: 2.5, rescore: false };
    const { response } = await unary(searches, "Explain", request);
    assert.deepEqual(idsOf(response.points), [200, 201, 199]);
    assert.ok(Number(response.elapsed_us) > 0, `elapsed ${response.elapsed_us}`);
  },

  async get() {
    const { response } = await unary(points, "Get", { collection, ids: [7, 100000, 3], with_vectors: true });
    assert.deepEqual(idsOf(response.points), [7, 3]);
    assert.deepEqual(vectorOf(response.points[0]), [7, 0, 0, 0]);
    assert.equal(parityOf(response.points[0]), "odd");
  },

  async scroll() {
    const seen = [];
    for (const { points: page } of await serverStream(points, "Scroll", { collection }).all()) seen.push(...idsOf(page));
    assert.deepEqual(seen.sort((a, b) => a - b), [...Array(count).keys()]);
  },

  async scroll_with_filter_and_limit() {
    const seen = [];
    for (const { points: page } of await serverStream(points, "Scroll", { collection, filter: even, limit: 20 }).all()) seen.push(...page);
    assert.equal(seen.length, 20);
    assert.ok(seen.every((found) => parityOf(found) === "even"));
  },

  async wrong_dimension() {
    const error = await errorOf(unary(points, "Upsert", { collection, points: [point(0), { id: 1, vector: [1, 2] }] }));
    assertError(error, grpc.status.INVALID_ARGUMENT, "DIMENSION_MISMATCH", "points[1].vector");
    assert.match(error.details, /expected dimension 4, got 2/);
  },

  async wrong_dimension_of_a_query() {
    const error = await errorOf(search({ vector: [1, 2, 3] }));
    assertError(error, grpc.status.INVALID_ARGUMENT, "DIMENSION_MISMATCH", "vector");
  },

  async infinite_component() {
    const error = await errorOf(unary(points, "Upsert", { collection, points: [{ id: 1, vector: [1, Infinity, 0, 0] }] }));
    assertError(error, grpc.status.INVALID_ARGUMENT, "NON_FINITE_VECTOR", "points[0].vector");
  },

  async limit_out_of_range() {
    const error = await errorOf(search({ vector: [1, 0, 0, 0], limit: 10001 }));
    assertError(error, grpc.status.INVALID_ARGUMENT, "OUT_OF_RANGE", "limit");
  },

  async unknown_collection() {
    const error = await errorOf(unary(points, "Count", { collection: "nowhere" }));
    assertError(error, grpc.status.NOT_FOUND, "COLLECTION_NOT_FOUND");
  },

  async bad_name_of_a_collection() {
    const error = await errorOf(unary(collections, "Create", { collection: "../up", config }));
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    assert.equal(detailsOf(error).info.reason, "INVALID_NAME");
  },

  async error_in_a_stream_of_upserts() {
    const stream = duplex(points, "UpsertStream");
    stream.write({ collection, points: [point(1)] });
    assert.equal((await stream.next()).result.points_changed, 1);
    stream.write({ collection, points: [{ id: 1, vector: [1] }] });
    const error = await errorOf(stream.all());
    assertError(error, grpc.status.INVALID_ARGUMENT, "DIMENSION_MISMATCH", "points[0].vector");
  },

  async update_payload() {
    const { response } = await unary(points, "UpdatePayload", { collection, ids: [1, 100000], mode: "PAYLOAD_MODE_SET", payload_json: Buffer.from('{"note":"new"}') });
    assert.equal(response.result.points_changed, 1);
    assert.equal(response.points_unknown, 1);
    const { response: read } = await unary(points, "Get", { collection, ids: [1], payload_form: "PAYLOAD_FORM_JSON" });
    assert.equal(JSON.parse(read.points[0].payload_json.toString()).note, "new");
  },

  async delete_points() {
    const { response } = await unary(points, "Delete", { collection, ids: [1, 2, 100000] });
    assert.equal(response.result.points_changed, 2);
    assert.equal((await unary(points, "Count", { collection })).response.count, count - 2);
    assert.deepEqual((await unary(points, "Get", { collection, ids: [1] })).response.points, []);
  },

  async status() {
    const { response } = await unary(admin, "Status", {});
    assert.match(response.version, /^\d+\.\d+/);
    assert.equal(response.collections.find(({ name }) => name === collection).points, count - 2);
  },

  async wait_for_index() {
    const answers = await serverStream(admin, "WaitForIndex", { collection }).all();
    assert.equal(answers.at(-1)?.points_waiting ?? 0, 0);
  },

  async verify() {
    const { response } = await unary(admin, "Verify", { collection });
    assert.deepEqual(response.problems, []);
    assert.ok(response.files_read > 0);
  },

  async delete_collection() {
    await unary(collections, "Delete", { collection });
    assertError(await errorOf(unary(collections, "Get", { collection })), grpc.status.NOT_FOUND, "COLLECTION_NOT_FOUND");
  },

  async reflection_lists_services() {
    const services = await listServices(reflection);
    for (const name of ["CollectionService", "PointService", "SearchService", "AdminService", "SnapshotService"]) assert.ok(services.includes(`vectorstore.v1.${name}`), services.join());
  },

  async health_watched() {
    const stream = serverStream(connect(health.Health, target), "Watch", { service: "vectorstore.v1.PointService" });
    assert.equal((await stream.next()).status, "SERVING");
    stream.call.cancel();
    await errorOf(stream.all());
  },
}, only);

// The real server's services through connect-node: Connect with JSON and with binary messages, gRPC-Web, gRPC.
//
//   node vectorstore-connect.mjs --http HOST:PORT --grpc HOST:PORT --descriptors FILE [--case NAME]
import assert from "node:assert/strict";
import { Code, createClient } from "@connectrpc/connect";
import { readArguments } from "./lib/arguments.mjs";
import { errorOf } from "./lib/calls.mjs";
import { runCases } from "./lib/cases.mjs";
import { detailsOf, readRegistry, transports } from "./lib/schemas.mjs";

const { http, grpc, descriptors, case: only } = readArguments(["http", "grpc", "descriptors"]);
const registry = readRegistry(descriptors);
const options = { timeoutMs: 45_000 };
const euclidean = 3;
const count = 100;

const point = (id) => ({
  pointId: { case: "id", value: BigInt(id) },
  vector: [id, 0, 0, 0],
  payload: { parity: id % 2 ? "odd" : "even", rank: id },
});
const idsOf = (found) => found.map(({ pointId }) => Number(pointId.value));

function assertError(error, code, reason, fields = []) {
  assert.equal(error.code, code, String(error));
  const details = detailsOf(error, registry);
  assert.deepEqual({ reason: details.reason, domain: details.domain, fields: details.fields }, { reason, domain: "vectorstore", fields });
}

const unaryCases = {
  async create_collection({ collections, collection }) {
    const config = { vectors: { place: { dimension: 4, metric: euclidean } } };
    const response = await collections.create({ collection, config }, options);
    assert.equal(response.collection.name, collection);
    assertError(await errorOf(collections.create({ collection, config }, options)), Code.AlreadyExists, "COLLECTION_ALREADY_EXISTS");
  },

  async upsert({ points, collection }) {
    const { result } = await points.upsert({ collection, points: Array.from({ length: count }, (_, id) => point(id)) }, options);
    assert.equal(result.pointsChanged, BigInt(count));
  },

  async count({ points, collection }) {
    assert.equal((await points.count({ collection }, options)).count, BigInt(count));
  },

  async search({ searches, collection }) {
    const response = await searches.search({ collection, vector: [20.2, 0, 0, 0], limit: 3 }, options);
    assert.deepEqual(idsOf(response.points), [20, 21, 19]);
    assert.ok(Math.abs(response.points[0].score - -0.2) < 1e-4);
    assert.deepEqual(response.points[0].payload, { parity: "even", rank: 20 });
  },

  async search_with_filter({ searches, collection }) {
    const filter = { must: [{ key: "parity", match: { match: { case: "value", value: { kind: { case: "stringValue", value: "even" } } } } }] };
    const response = await searches.search({ collection, vector: [20.2, 0, 0, 0], limit: 3, filter }, options);
    assert.deepEqual(idsOf(response.points), [20, 22, 18]);
  },

  async search_explained({ searches, collection }) {
    const response = await searches.explain({ collection, vector: [20.2, 0, 0, 0], limit: 3, targetRecall: 0.95, oversampling: 2.5, rescore: false }, options);
    assert.deepEqual(idsOf(response.points), [20, 21, 19]);
    assert.ok(response.elapsedUs > 0n, `elapsed ${response.elapsedUs}`);
  },

  async get({ points, collection }) {
    const response = await points.get({ collection, ids: [7n, 3n], withVectors: true }, options);
    assert.deepEqual(idsOf(response.points), [7, 3]);
    assert.deepEqual(response.points[0].vectors.place.values, [7, 0, 0, 0]);
  },

  async wrong_dimension({ points, collection }) {
    const error = await errorOf(points.upsert({ collection, points: [point(0), { ...point(1), vector: [1, 2] }] }, options));
    assertError(error, Code.InvalidArgument, "DIMENSION_MISMATCH", ["points[1].vector"]);
    assert.match(error.rawMessage, /expected dimension 4, got 2/);
  },

  async unknown_collection({ points }) {
    assertError(await errorOf(points.count({ collection: "nowhere" }, options)), Code.NotFound, "COLLECTION_NOT_FOUND");
  },

  async update_payload({ points, collection }) {
    const answer = await points.updatePayload({ collection, ids: [1n, 100000n], mode: 1, payload: { note: "new" } }, options);
    assert.equal(answer.result.pointsChanged, 1n);
    assert.equal(answer.pointsUnknown, 1n);
    assert.equal((await points.get({ collection, ids: [1n] }, options)).points[0].payload.note, "new");
  },

  async delete_points({ points, collection }) {
    assert.equal((await points.delete({ collection, ids: [1n, 2n, 100000n] }, options)).result.pointsChanged, 2n);
    assert.equal((await points.count({ collection }, options)).count, BigInt(count - 2));
  },
};

const streamCases = {
  async scroll({ points, collection }) {
    const seen = [];
    for await (const page of points.scroll({ collection }, options)) seen.push(...idsOf(page.points));
    assert.equal(new Set(seen).size, count - 2);
  },
};

const lastCases = {
  async delete_collection({ collections, collection }) {
    await collections.delete({ collection }, options);
    assertError(await errorOf(collections.get({ collection }, options)), Code.NotFound, "COLLECTION_NOT_FOUND");
  },
};

const cases = {};
for (const [name, transport] of Object.entries(transports(http, grpc))) {
  const clients = {
    collection: `connect.${name.replaceAll(/[^A-Za-z0-9]+/g, "-")}`,
    collections: createClient(registry.getService("vectorstore.v1.CollectionService"), transport),
    points: createClient(registry.getService("vectorstore.v1.PointService"), transport),
    searches: createClient(registry.getService("vectorstore.v1.SearchService"), transport),
  };
  const fitting = { ...unaryCases, ...streamCases, ...lastCases };
  for (const [caseName, body] of Object.entries(fitting)) cases[`${caseName} over ${name}`] = () => body(clients);
}
await runCases(cases, only);

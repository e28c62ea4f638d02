"""The real server's services, driven by grpcio.

    /usr/bin/python3 vectorstore_client.py --target HOST:PORT --descriptors FILE [--schema descriptors|reflection] [--case NAME]

With `reflection` the services are read from the server and from nothing else; the descriptors are then needed for reflection itself.
"""

import struct

import grpc

import reflection
from cases import equal, read_arguments, run_cases
from schema import Details, Schema, connect, error_of

arguments = read_arguments(schema="descriptors (default) or reflection")
known = Schema.load(arguments.descriptors)
channel = connect(arguments.target)
SECONDS = 45
COLLECTION = "grpcio.%s" % (arguments.schema or "descriptors")
COUNT = 500
V1 = "vectorstore.v1."


def schema_of(service):
    if arguments.schema == "reflection":
        return reflection.discover(known, channel, reflection.VERSIONS[0], service)
    return known


class Service:
    """Methods of a service that take their request's fields."""

    def __init__(self, name):
        self.schema = schema_of(V1 + name)
        self._stub = self.schema.stub(channel, V1 + name)
        self._requests = {method.name: self.schema.classes(method)[0] for method in self.schema.service(V1 + name).methods}

    def request(self, method, **fields):
        return self._requests[method](**fields)

    def __getattr__(self, method):
        return lambda **fields: getattr(self._stub, method)(self.request(method, **fields), timeout=SECONDS)

    def streamed(self, method, requests):
        return getattr(self._stub, method)(iter([self.request(method, **fields) for fields in requests]), timeout=SECONDS)


collections, points, searches, admin = (Service(name) for name in ("CollectionService", "PointService", "SearchService", "AdminService"))


def point(number):
    # Points on a line: the nearest to a place on it, and their distances, are plain to see.
    made = points.schema.message(V1 + "Point")(id=number, vector=[number, 0, 0, 0])
    made.payload.fields["parity"].string_value = "odd" if number % 2 else "even"
    made.payload.fields["rank"].number_value = number
    return made


EVEN = {"must": [{"key": "parity", "match": {"value": {"string_value": "even"}}}]}


def config():
    # A map of messages takes no dict: its entries are filled one by one.
    request = collections.request("Create", collection=COLLECTION)
    request.config.vectors["place"].dimension = 4
    request.config.vectors["place"].metric = 3
    return request.config


def ids(found):
    return [point.id for point in found]


def assert_error(error, code, reason, field=None):
    equal(code, error.code(), error.details())
    details = Details(known, error)
    equal((code.value[0], error.details()), (details.code, details.message), "google.rpc.Status")
    equal((reason, "vectorstore"), (details.info.reason, details.info.domain), "ErrorInfo")
    equal([field] if field else [], [violation.field for violation in details.violations], "BadRequest")


def search(**fields):
    return searches.Search(collection=COLLECTION, **fields).points


def create_collection():
    created = collections.Create(collection=COLLECTION, config=config()).collection
    equal((COLLECTION, 4), (created.name, created.config.vectors["place"].dimension))


def create_collection_again():
    error = error_of(collections.Create, collection=COLLECTION, config=config())
    assert_error(error, grpc.StatusCode.ALREADY_EXISTS, "COLLECTION_ALREADY_EXISTS")


def list_collections():
    equal(True, COLLECTION in [collection.name for collection in collections.List().collections])


def upsert():
    result = points.Upsert(collection=COLLECTION, points=[point(i) for i in range(100)], request_id=COLLECTION + "-1").result
    equal((100, True), (result.points_changed, result.lsn > 0))


def upsert_again_with_the_same_request_id():
    fields = dict(collection=COLLECTION, points=[point(0)], request_id=COLLECTION + "-2")
    equal(points.Upsert(**fields).result, points.Upsert(**fields).result)


def upsert_stream():
    requests = [dict(collection=COLLECTION, points=[point(i) for i in range(start, start + 50)]) for start in range(100, COUNT, 50)]
    results = [answer.result for answer in points.streamed("UpsertStream", requests)]
    equal([50] * 8, [result.points_changed for result in results])
    equal(sorted({result.lsn for result in results}), [result.lsn for result in results], "positions in the log ascend")


def upsert_as_bytes():
    encoded = {"float32": struct.pack("<4f", 0.5, 0, 0, 0)}
    points.Upsert(collection=COLLECTION, points=[{"id": 0, "encoded_vector": encoded, "payload_json": b'{"parity":"even","rank":0}'}])
    found = points.Get(collection=COLLECTION, ids=[0], with_vectors=True).points
    equal([0.5, 0, 0, 0], list(found[0].vectors["place"].values))
    points.Upsert(collection=COLLECTION, points=[point(0)])


def count():
    equal(COUNT, points.Count(collection=COLLECTION).count)
    equal(COUNT // 2, points.Count(collection=COLLECTION, filter=EVEN).count)


def search_nearest():
    found = search(vector=[200.2, 0, 0, 0], limit=3)
    equal([200, 201, 199], ids(found))
    equal(-0.2, round(found[0].score, 4))
    equal(200, found[0].payload["rank"])


def search_exactly():
    equal([200, 201, 199], ids(search(vector=[200.2, 0, 0, 0], limit=3, exact=True)))


def search_with_filter():
    equal([200, 202, 198], ids(search(vector=[200.2, 0, 0, 0], limit=3, filter=EVEN)))
    within = {"must": [{"key": "rank", "range": {"gte": 300, "lt": 310}}]}
    equal([300, 301], ids(search(vector=[200.2, 0, 0, 0], limit=2, filter=within)))
    json = b'{"must":[{"key":"parity","match":{"value":"odd"}}]}'
    equal([201, 199], ids(search(vector=[200.2, 0, 0, 0], limit=2, filter_json=json)))


def search_batch():
    batch = [{"vector": [at, 0, 0, 0], "limit": 1} for at in (10.2, 20.2)]
    equal([[10], [20]], [ids(result.points) for result in searches.SearchBatch(collection=COLLECTION, searches=batch).results])


def search_explained():
    explained = searches.Explain(collection=COLLECTION, vector=[200.2, 0, 0, 0], limit=3, target_recall=0.95, oversampling=2.5, rescore=False)
    equal([200, 201, 199], ids(explained.points))
    equal(True, explained.elapsed_us > 0)


def get():
    found = points.Get(collection=COLLECTION, ids=[7, 100000, 3], with_vectors=True).points
    equal([7, 3], ids(found))
    equal([7, 0, 0, 0], list(found[0].vectors["place"].values))
    equal("odd", found[0].payload["parity"])


def scroll():
    equal(list(range(COUNT)), sorted(number for page in points.Scroll(collection=COLLECTION) for number in ids(page.points)))


def scroll_with_filter_and_limit():
    seen = [found for page in points.Scroll(collection=COLLECTION, filter=EVEN, limit=20) for found in page.points]
    equal((20, {"even"}), (len(seen), {found.payload["parity"] for found in seen}))


def wrong_dimension():
    error = error_of(points.Upsert, collection=COLLECTION, points=[point(0), {"id": 1, "vector": [1, 2]}])
    assert_error(error, grpc.StatusCode.INVALID_ARGUMENT, "DIMENSION_MISMATCH", "points[1].vector")
    equal(True, "expected dimension 4, got 2" in error.details(), error.details())


def wrong_dimension_of_a_query():
    assert_error(error_of(search, vector=[1, 2, 3]), grpc.StatusCode.INVALID_ARGUMENT, "DIMENSION_MISMATCH", "vector")


def infinite_component():
    error = error_of(points.Upsert, collection=COLLECTION, points=[{"id": 1, "vector": [1, float("inf"), 0, 0]}])
    assert_error(error, grpc.StatusCode.INVALID_ARGUMENT, "NON_FINITE_VECTOR", "points[0].vector")


def limit_out_of_range():
    assert_error(error_of(search, vector=[1, 0, 0, 0], limit=10001), grpc.StatusCode.INVALID_ARGUMENT, "OUT_OF_RANGE", "limit")


def unknown_collection():
    assert_error(error_of(points.Count, collection="nowhere"), grpc.StatusCode.NOT_FOUND, "COLLECTION_NOT_FOUND")


def bad_name_of_a_collection():
    error = error_of(collections.Create, collection="../up", config=config())
    equal((grpc.StatusCode.INVALID_ARGUMENT, "INVALID_NAME"), (error.code(), Details(known, error).info.reason))


def error_in_a_stream_of_upserts():
    good = dict(collection=COLLECTION, points=[point(1)])
    bad = dict(collection=COLLECTION, points=[{"id": 1, "vector": [1]}])
    answers = points.streamed("UpsertStream", [good, bad])
    equal(1, next(answers).result.points_changed)
    assert_error(error_of(next, answers), grpc.StatusCode.INVALID_ARGUMENT, "DIMENSION_MISMATCH", "points[0].vector")


def update_payload():
    answer = points.UpdatePayload(collection=COLLECTION, ids=[1, 100000], mode="PAYLOAD_MODE_SET", payload_json=b'{"note":"new"}')
    equal((1, 1), (answer.result.points_changed, answer.points_unknown))
    equal("new", points.Get(collection=COLLECTION, ids=[1]).points[0].payload["note"])


def delete_points():
    equal(2, points.Delete(collection=COLLECTION, ids=[1, 2, 100000]).result.points_changed)
    equal(COUNT - 2, points.Count(collection=COLLECTION).count)
    equal([], list(points.Get(collection=COLLECTION, ids=[1]).points))


def status():
    answer = admin.Status()
    equal(True, answer.version[:1].isdigit(), answer.version)
    equal([COUNT - 2], [info.points for info in answer.collections if info.name == COLLECTION])


def wait_for_index():
    waiting = [answer.points_waiting for answer in admin.WaitForIndex(collection=COLLECTION)]
    equal(0, waiting[-1] if waiting else 0)


def verify():
    answer = admin.Verify(collection=COLLECTION)
    equal(([], True), (list(answer.problems), answer.files_read > 0))


def delete_collection():
    collections.Delete(collection=COLLECTION)
    assert_error(error_of(collections.Get, collection=COLLECTION), grpc.StatusCode.NOT_FOUND, "COLLECTION_NOT_FOUND")


def reflection_lists_services():
    for version in reflection.VERSIONS:
        services = reflection.list_services(known, channel, version)
        for name in ("CollectionService", "PointService", "SearchService", "AdminService", "SnapshotService"):
            equal(True, V1 + name in services, "%s lists %s" % (version, name))


def health_watched():
    request = known.message("grpc.health.v1.HealthCheckRequest")(service=V1 + "PointService")
    states = known.stub(channel, "grpc.health.v1.Health").Watch(request, timeout=SECONDS)
    equal(1, next(states).status)
    states.cancel()


search_nearest.__name__ = "search"
run_cases([
    create_collection, create_collection_again, list_collections, upsert, upsert_again_with_the_same_request_id, upsert_stream, upsert_as_bytes, count,
    search_nearest, search_exactly, search_with_filter, search_batch, search_explained, get, scroll, scroll_with_filter_and_limit,
    wrong_dimension, wrong_dimension_of_a_query, infinite_component, limit_out_of_range, unknown_collection, bad_name_of_a_collection,
    error_in_a_stream_of_upserts, update_payload, delete_points, status, wait_for_index, verify, delete_collection, reflection_lists_services, health_watched,
], arguments.case)

// FAISS as a peer: one HNSW graph over float32 vectors, built with all cores, searched by one thread.

#include "../driver.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <memory>

namespace {

constexpr const char* kEngine = "faiss";

void Build(const driver::Options& options) {
  const auto base = driver::Vectors::Load(options.Text("base"), options.Metric());
  const int threads = options.Integer("threads");
  omp_set_num_threads(threads);

  const double started = driver::Now();
  const auto metric = options.Metric() == driver::Metric::kEuclidean ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
  faiss::IndexHNSWFlat index(static_cast<int>(base.dimension), options.Integer("m"), metric);
  index.hnsw.efConstruction = options.Integer("ef-construction");
  index.add(base.count, base.Row(0));
  driver::PrintBuild(kEngine, threads, driver::Now() - started);
  faiss::write_index(&index, options.Text("index").c_str());
}

// Vectors, links, where each point's links begin, and its level.
double AllocatedBytes(const faiss::IndexHNSW& index) {
  const auto& graph = index.hnsw;
  const auto& vectors = dynamic_cast<const faiss::IndexFlat&>(*index.storage);
  return static_cast<double>(vectors.codes.size()) + static_cast<double>(graph.neighbors.size() * sizeof graph.neighbors[0]) +
         static_cast<double>(graph.offsets.size() * sizeof graph.offsets[0]) + static_cast<double>(graph.levels.size() * sizeof graph.levels[0]);
}

void Search(const driver::Options& options) {
  const auto queries = driver::Vectors::Load(options.Text("queries"), options.Metric());
  const driver::Truth truth(options.Text("truth"));
  const int k = options.Integer("k");
  omp_set_num_threads(1);

  const double resident_before = driver::ResidentBytes();
  const std::unique_ptr<faiss::Index> read(faiss::read_index(options.Text("index").c_str()));
  auto& index = dynamic_cast<faiss::IndexHNSW&>(*read);
  std::vector<float> distances(static_cast<size_t>(k));
  driver::Sweep(
      kEngine, options, queries, truth, [&](int ef) { index.hnsw.efSearch = ef; },
      [&](const float* query, int64_t* ids) {
        index.search(1, query, k, distances.data(), ids);

        // Places that nothing was found for hold -1, at the end.
        return static_cast<int>(std::find(ids, ids + k, -1) - ids);
      });

  const double points = static_cast<double>(index.ntotal);
  driver::PrintMemory(kEngine, AllocatedBytes(index) / points, (driver::ResidentBytes() - resident_before) / points);
}

}  // namespace

int main(int count, char** arguments) { return driver::Main(count, arguments, Build, Search); }

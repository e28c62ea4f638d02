// hnswlib as a peer: one graph of all vectors, built with all cores, searched by one thread.

#include "../driver.hpp"
#include "hnswlib/hnswlib.h"

#include <memory>

namespace {

constexpr const char* kEngine = "hnswlib";
constexpr size_t kSeed = 100;  // hnswlib's own default, said so that it stays

using Graph = hnswlib::HierarchicalNSW<float>;

std::unique_ptr<hnswlib::SpaceInterface<float>> MakeSpace(driver::Metric metric, size_t dimension) {
  if (metric == driver::Metric::kEuclidean) return std::make_unique<hnswlib::L2Space>(dimension);
  return std::make_unique<hnswlib::InnerProductSpace>(dimension);
}

void Build(const driver::Options& options) {
  const auto base = driver::Vectors::Load(options.Text("base"), options.Metric());
  const auto space = MakeSpace(options.Metric(), base.dimension);
  const int threads = options.Integer("threads");

  const double started = driver::Now();
  Graph graph(space.get(), base.count, static_cast<size_t>(options.Integer("m")), static_cast<size_t>(options.Integer("ef-construction")), kSeed);
  graph.addPoint(base.Row(0), 0);
  driver::ParallelRows(base.count - 1, threads, [&](size_t row) { graph.addPoint(base.Row(row + 1), row + 1); });
  driver::PrintBuild(kEngine, threads, driver::Now() - started);
  graph.saveIndex(options.Text("index"));
}

// What the graph allocates, added up: rows with vector, links and label; links of upper layers; per point a pointer, a level, a mutex and an entry of the label map.
double AllocatedBytes(const Graph& graph) {
  double bytes = static_cast<double>(graph.cur_element_count) *
                 static_cast<double>(graph.size_data_per_element_ + sizeof(char*) + sizeof(int) + sizeof(std::mutex) + sizeof(void*) + sizeof(hnswlib::labeltype) + sizeof(hnswlib::tableint));
  for (size_t point = 0; point < graph.cur_element_count; point++) bytes += static_cast<double>(graph.element_levels_[point]) * static_cast<double>(graph.size_links_per_element_);
  return bytes;
}

void Search(const driver::Options& options) {
  const auto queries = driver::Vectors::Load(options.Text("queries"), options.Metric());
  const driver::Truth truth(options.Text("truth"));
  const auto space = MakeSpace(options.Metric(), queries.dimension);
  const size_t k = static_cast<size_t>(options.Integer("k"));

  const double resident_before = driver::ResidentBytes();
  Graph graph(space.get(), options.Text("index"));
  driver::Sweep(
      kEngine, options, queries, truth, [&](int ef) { graph.setEf(static_cast<size_t>(ef)); },
      [&](const float* query, int64_t* ids) {
        auto found = graph.searchKnn(query, k);
        int count = 0;
        for (; !found.empty(); found.pop()) ids[count++] = static_cast<int64_t>(found.top().second);
        return count;
      });

  const double points = static_cast<double>(graph.cur_element_count);
  driver::PrintMemory(kEngine, AllocatedBytes(graph) / points, (driver::ResidentBytes() - resident_before) / points);
}

}  // namespace

int main(int count, char** arguments) { return driver::Main(count, arguments, Build, Search); }

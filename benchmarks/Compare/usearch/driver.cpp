// usearch as a peer: one HNSW graph over float32 vectors, built with all cores, searched by one thread.
//
// Distances are by the kernels that usearch comes with, NumKong's: those that it would find by itself at run time, chosen here by the compiler for this machine.
// They add float32 up in doubles, which with AVX2 takes three to four times as long as sums in float32, which hnswlib has. So these are the figures that users of
// usearch get with float32, not the best that its graph can do.

#include "../driver.hpp"

#include <numkong/dot.h>
#include <numkong/spatial.h>
#include <usearch/index_dense.hpp>

namespace {

namespace library = unum::usearch;

constexpr const char* kEngine = "usearch";

using Graph = library::index_dense_gt<uint64_t, uint32_t>;

float SquaredDistance(const float* left, const float* right, size_t dimension) {
  nk_f64_t sum;
  nk_sqeuclidean_f32(left, right, dimension, &sum);
  return static_cast<float>(sum);
}

float InnerProductDistance(const float* left, const float* right, size_t dimension) {
  nk_f64_t product;
  nk_dot_f32(left, right, dimension, &product);
  return 1 - static_cast<float>(product);
}

library::metric_punned_t MakeMetric(driver::Metric metric, size_t dimension) {
  const bool euclidean = metric == driver::Metric::kEuclidean;
  return library::metric_punned_t::stateless(
      dimension, reinterpret_cast<std::uintptr_t>(euclidean ? SquaredDistance : InnerProductDistance), library::metric_punned_signature_t::array_array_size_k,
      euclidean ? library::metric_kind_t::l2sq_k : library::metric_kind_t::ip_k, library::scalar_kind_t::f32_k);
}

// What usearch returns holds an error, which it throws itself where nobody has taken it.
template <typename Result>
void Check(Result&& result) {
  if (result.error) throw std::runtime_error(result.error.release());
}

void Build(const driver::Options& options) {
  const auto base = driver::Vectors::Load(options.Text("base"), options.Metric());
  const int threads = options.Integer("threads");

  const double started = driver::Now();
  const library::index_dense_config_t config(static_cast<size_t>(options.Integer("m")), static_cast<size_t>(options.Integer("ef-construction")));
  auto made = Graph::make(MakeMetric(options.Metric(), base.dimension), config, library::default_free_value<uint64_t>(), {base.count, static_cast<size_t>(threads)});
  Check(made);
  Graph& graph = made.index;
  Check(graph.add(0, base.Row(0)));
  driver::ParallelRows(base.count - 1, threads, [&](size_t row) { Check(graph.add(row + 1, base.Row(row + 1))); });
  driver::PrintBuild(kEngine, threads, driver::Now() - started);
  Check(graph.save(options.Text("index").c_str()));
}

// What the graph allocates, added up: nodes with key and links, vectors; per point a pointer to either and an entry of the map of keys.
double AllocatedBytes(const Graph& graph) {
  struct KeyAndSlot {
    uint64_t key;
    uint32_t slot;
  };
  return static_cast<double>(graph.stats().allocated_bytes) + static_cast<double>(graph.size()) * static_cast<double>(graph.bytes_per_vector() + 2 * sizeof(void*) + sizeof(KeyAndSlot));
}

void Search(const driver::Options& options) {
  const auto queries = driver::Vectors::Load(options.Text("queries"), options.Metric());
  const driver::Truth truth(options.Text("truth"));
  const size_t k = static_cast<size_t>(options.Integer("k"));

  const double resident_before = driver::ResidentBytes();
  Graph graph;
  Check(graph.load(options.Text("index").c_str()));
  graph.change_metric(MakeMetric(options.Metric(), queries.dimension));
  std::vector<uint64_t> keys(k);
  driver::Sweep(
      kEngine, options, queries, truth, [&](int ef) { graph.change_expansion_search(static_cast<size_t>(ef)); },
      [&](const float* query, int64_t* ids) {
        // Named, since there is one thread only, so that nothing is locked to find a free one.
        constexpr size_t thread = 0;
        auto found = graph.search(query, k, thread);
        Check(found);
        const size_t count = found.dump_to(keys.data());
        std::copy_n(keys.begin(), count, ids);
        return static_cast<int>(count);
      });

  const double points = static_cast<double>(graph.size());
  driver::PrintMemory(kEngine, AllocatedBytes(graph) / points, (driver::ResidentBytes() - resident_before) / points);
}

}  // namespace

int main(int count, char** arguments) { return driver::Main(count, arguments, Build, Search); }

// What the drivers of all peers share: reading data, sweeping, writing results. benchmarks/Search measures ours in the same way and writes the same lines.
//
//   driver build  --base FILE --metric M --m N --ef-construction N --threads N --index FILE
//   driver search --index FILE --queries FILE --truth FILE --metric M --k N --ef N,N,… --pass-seconds S
//
// Vectors are fbin files. Under cosine they are normalised here and the peer is given inner products. Results go to standard output, a JSON object per line.
// Building and searching are two processes: the second one may be run again under another malloc, and its memory is that of the index alone.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace driver {

// The same rules as in SweepSettings.cs.
constexpr double kRecallEnough = 0.9997;
constexpr int kPasses = 3;

enum class Metric { kEuclidean, kCosine, kDot };

class Options {
 public:
  Options(int count, char** arguments) {
    if (count < 2) throw std::runtime_error("expected 'build' or 'search' and options");
    command_ = arguments[1];
    for (int i = 2; i < count; i += 2) {
      const std::string name = arguments[i];
      if (name.rfind("--", 0) != 0 || i + 1 >= count) throw std::runtime_error("expected pairs of option and value at '" + name + "'");
      values_[name.substr(2)] = arguments[i + 1];
    }
  }

  const std::string& Command() const { return command_; }

  std::string Text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::runtime_error("--" + name + " is missing");
    return found->second;
  }

  int Integer(const std::string& name) const { return std::stoi(Text(name)); }
  double Number(const std::string& name) const { return std::stod(Text(name)); }

  std::vector<int> Integers(const std::string& name) const {
    std::vector<int> numbers;
    const std::string text = Text(name);
    for (size_t start = 0; start < text.size();) {
      const size_t end = std::min(text.find(',', start), text.size());
      numbers.push_back(std::stoi(text.substr(start, end - start)));
      start = end + 1;
    }
    return numbers;
  }

  driver::Metric Metric() const {
    const std::string name = Text("metric");
    if (name == "euclidean") return Metric::kEuclidean;
    if (name == "cosine") return Metric::kCosine;
    if (name == "dot") return Metric::kDot;
    throw std::runtime_error("--metric: expected euclidean, cosine or dot, got '" + name + "'");
  }

 private:
  std::string command_;
  std::map<std::string, std::string> values_;
};

template <typename T>
T Read(std::ifstream& file, const std::string& path) {
  T value;
  if (!file.read(reinterpret_cast<char*>(&value), sizeof value)) throw std::runtime_error(path + " ends too early");
  return value;
}

// All rows of an fbin file, row-major.
struct Vectors {
  uint32_t count = 0;
  uint32_t dimension = 0;
  std::vector<float> values;

  const float* Row(size_t row) const { return values.data() + row * dimension; }

  static Vectors Load(const std::string& path, Metric metric) {
    std::ifstream file(path, std::ios::binary);
    Vectors vectors;
    vectors.count = Read<uint32_t>(file, path);
    vectors.dimension = Read<uint32_t>(file, path);
    vectors.values.resize(static_cast<size_t>(vectors.count) * vectors.dimension);
    if (!file.read(reinterpret_cast<char*>(vectors.values.data()), static_cast<std::streamsize>(vectors.values.size() * sizeof(float))))
      throw std::runtime_error(path + " ends too early");
    if (metric == Metric::kCosine) vectors.Normalise();
    return vectors;
  }

 private:
  void Normalise() {
    for (size_t row = 0; row < count; row++) {
      float* vector = values.data() + row * dimension;
      double sum = 0;
      for (uint32_t i = 0; i < dimension; i++) sum += static_cast<double>(vector[i]) * vector[i];
      const float scale = sum > 0 ? static_cast<float>(1 / std::sqrt(sum)) : 0;
      for (uint32_t i = 0; i < dimension; i++) vector[i] *= scale;
    }
  }
};

// Right answers per query, ties included. See TruthFile.cs.
class Truth {
 public:
  explicit Truth(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    char magic[8];
    if (!file.read(magic, sizeof magic) || std::string(magic, sizeof magic) != "VSTRUTH1") throw std::runtime_error(path + " is no file of true neighbours");
    accepted_.resize(Read<int32_t>(file, path));
    k_ = Read<int32_t>(file, path);
    for (auto& rows : accepted_) {
      const int32_t count = Read<int32_t>(file, path);
      for (int32_t i = 0; i < count; i++) rows.insert(Read<int32_t>(file, path));
    }
  }

  size_t Queries() const { return accepted_.size(); }
  int K() const { return k_; }

  // Peers return each row once at most.
  int CountRight(size_t query, const int64_t* answers, int count) const {
    int right = 0;
    for (int i = 0; i < count; i++) right += accepted_[query].count(answers[i]) != 0;
    return std::min(right, k_);
  }

 private:
  int k_ = 0;
  std::vector<std::unordered_set<int64_t>> accepted_;
};

inline double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Resident bytes that are no file's.
inline double ResidentBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("RssAnon:", 0) == 0) return std::stod(line.substr(8)) * 1024;
  return 0;
}

// Calls work(row) for all rows on several threads. The first error is thrown again here.
template <typename Work>
void ParallelRows(size_t rows, int threads, Work work) {
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr problem;
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; i++)
    workers.emplace_back([&] {
      try {
        for (size_t row; !failed && (row = next++) < rows;) work(row);
      } catch (...) {
        if (!failed.exchange(true)) problem = std::current_exception();
      }
    });
  for (auto& worker : workers) worker.join();
  if (problem) std::rethrow_exception(problem);
}

inline void PrintBuild(const char* engine, int threads, double seconds) {
  std::printf("{\"type\":\"build\",\"engine\":\"%s\",\"threads\":%d,\"indexSeconds\":%.4f,\"totalSeconds\":%.4f}\n", engine, threads, seconds, seconds);
  std::fflush(stdout);
}

inline void PrintMemory(const char* engine, double bytes_per_vector, double resident_bytes_per_vector) {
  std::printf("{\"type\":\"memory\",\"engine\":\"%s\",\"bytesPerVector\":%.1f,\"residentBytesPerVector\":%.1f,\"diskBytesPerVector\":0}\n", engine, bytes_per_vector, resident_bytes_per_vector);
  std::fflush(stdout);
}

// One pass over the queries, repeated until it has lasted long enough.
struct TimedPass {
  double qps = 0;
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;

  template <typename SearchOne>
  static TimedPass Measure(const Vectors& queries, double pass_seconds, SearchOne search) {
    std::vector<double> micros;
    micros.reserve(queries.count);
    const double started = Now();
    double before = started;
    do {
      for (uint32_t query = 0; query < queries.count; query++) {
        search(queries.Row(query));
        const double after = Now();
        micros.push_back((after - before) * 1e6);
        before = after;
      }
    } while (before - started < pass_seconds);

    std::sort(micros.begin(), micros.end());
    const auto quantile = [&micros](double share) { return micros[std::min(static_cast<size_t>(static_cast<double>(micros.size()) * share), micros.size() - 1)]; };
    return {static_cast<double>(micros.size()) / (before - started), quantile(0.5), quantile(0.95), quantile(0.99)};
  }
};

// One search thread. set_ef(ef) prepares; search(vector, ids) finds at most k neighbours and returns how many.
// The timed passes of one width are a whole sweep apart, so that a disturbance of some seconds spoils one of them at most. The best counts.
template <typename SetEf, typename SearchOne>
void Sweep(const char* engine, const Options& options, const Vectors& queries, const Truth& truth, SetEf set_ef, SearchOne search) {
  if (queries.count != truth.Queries()) throw std::runtime_error("queries and true neighbours are not of the same run");
  const double pass_seconds = options.Number("pass-seconds");
  std::vector<int64_t> ids(static_cast<size_t>(options.Integer("k")));
  const auto time_pass = [&] { return TimedPass::Measure(queries, pass_seconds, [&](const float* query) { search(query, ids.data()); }); };

  struct Width {
    int ef;
    double recall;
    std::vector<TimedPass> passes;
  };
  std::vector<Width> widths;
  for (const int ef : options.Integers("ef")) {
    set_ef(ef);
    int64_t right = 0;
    for (uint32_t query = 0; query < queries.count; query++) right += truth.CountRight(query, ids.data(), search(queries.Row(query), ids.data()));
    const double recall = static_cast<double>(right) / (static_cast<double>(queries.count) * truth.K());
    widths.push_back({ef, recall, {time_pass()}});
    if (recall >= kRecallEnough) break;
  }

  for (int pass = 1; pass < kPasses; pass++)
    for (auto& width : widths) {
      set_ef(width.ef);
      width.passes.push_back(time_pass());
    }

  for (auto& width : widths) {
    std::sort(width.passes.begin(), width.passes.end(), [](const TimedPass& left, const TimedPass& right) { return left.qps < right.qps; });
    const TimedPass& best = width.passes.back();
    std::printf(
        "{\"type\":\"point\",\"engine\":\"%s\",\"threads\":1,\"ef\":%d,\"recall\":%.6f,\"qps\":%.1f,\"qpsMedian\":%.1f,\"p50Micros\":%.2f,\"p95Micros\":%.2f,\"p99Micros\":%.2f}\n",
        engine, width.ef, width.recall, best.qps, width.passes[width.passes.size() / 2].qps, best.p50, best.p95, best.p99);
  }
  std::fflush(stdout);
}

// Runs a driver's two commands; what goes wrong is said on standard error.
template <typename Build, typename Search>
int Main(int count, char** arguments, Build build, Search search) {
  try {
    const Options options(count, arguments);
    if (options.Command() == "build") build(options);
    else if (options.Command() == "search") search(options);
    else throw std::runtime_error("expected 'build' or 'search', got '" + options.Command() + "'");
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}

}  // namespace driver

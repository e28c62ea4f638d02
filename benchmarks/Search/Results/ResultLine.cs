using System.Text.Json.Serialization;

namespace VectorStore.Benchmarks.Search.Results;

/// <summary>One line of a results file. The drivers of the peers write the same lines.</summary>
/// <param name="Engine">Who was measured: <c>vectorstore</c>, or the name of a peer.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunLine), "run")]
[JsonDerivedType(typeof(BuildLine), "build")]
[JsonDerivedType(typeof(MemoryLine), "memory")]
[JsonDerivedType(typeof(PointLine), "point")]
[JsonDerivedType(typeof(RatioLine), "ratio")]
internal abstract record ResultLine([property: JsonPropertyOrder(-1)] string Engine);

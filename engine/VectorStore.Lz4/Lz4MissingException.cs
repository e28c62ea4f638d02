namespace VectorStore.Lz4;

/// <summary>The machine has no liblz4.</summary>
internal sealed class Lz4MissingException() : Exception(Lz4Library.WhatIsMissing);

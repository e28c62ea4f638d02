namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>What a prepared query of rotated codes is beside its integers.</summary>
/// <param name="Scale">From the integer sum to the inner product of the rotated query with the codes.</param>
/// <param name="Shift">What is subtracted from that, because codes count from zero and grid points from their middle.</param>
/// <param name="TermScale">What the rows' own terms are multiplied by.</param>
/// <param name="Length">Of the centred query, in the unit of the table.</param>
/// <param name="ResidualLength">Of what the integers leave out of it.</param>
internal readonly record struct RotatedQuery(float Scale, float Shift, float TermScale, float Length, float ResidualLength);

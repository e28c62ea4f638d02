namespace VectorStore.Engine.Distance.Kernels;

/// <summary>One way through the hardware: sums a term over all dimensions at one width of vector.</summary>
/// <remarks>
/// All paths give the same value up to rounding (lanes are summed in another order). A NaN among the inputs makes every path NaN; sums may
/// overflow to an infinity, and infinities of both signs to NaN, as in plain float arithmetic.
/// </remarks>
internal interface IKernelPath
{
    /// <summary>Σ term(left[i], right[i]) for i below <paramref name="length"/>; 0 for length 0. No alignment is needed.</summary>
    static abstract float Sum<TTerm>(ref readonly float left, ref readonly float right, nuint length)
        where TTerm : struct, ISumTerm;
}

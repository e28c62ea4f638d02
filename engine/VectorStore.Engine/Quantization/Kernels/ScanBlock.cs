namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>What a scorer of product codes remembers between two calls, in the memory of its query: the sums of a block of rows, measured together because rows were asked for in order.</summary>
internal unsafe struct ScanBlock
{
    /// <summary>First row of the block.</summary>
    public uint Start;

    /// <summary>Rows of the block; 0 if there is none.</summary>
    public uint Length;

    /// <summary>The row that was asked for last, or the last of the block.</summary>
    public uint Last;

    /// <summary>How many rows in succession were asked for in order.</summary>
    public uint Run;

    public fixed int Sums[TableSums.BlockRows];
}

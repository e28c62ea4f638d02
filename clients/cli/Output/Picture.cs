namespace VectorStore.Cli.Output;

/// <summary>A vector to be drawn, and what to write under it.</summary>
internal sealed record Picture(float[] Pixels, string Caption)
{
    /// <summary>The picture at another size: each new pixel is the mean of those it covers, scaled so that the brightest becomes 1.</summary>
    public float[,] Resample(PictureSize size, int columns, int rows)
    {
        float low = Math.Min(0, Pixels.Min());
        float range = Math.Max(Pixels.Max() - low, 1e-9f);
        float[,] result = new float[rows, columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                result[row, column] = (Mean(size, column, columns, row, rows) - low) / range;
        }

        return result;
    }

    private float Mean(PictureSize size, int column, int columns, int row, int rows)
    {
        int left = column * size.Width / columns;
        int right = Math.Max(left + 1, (column + 1) * size.Width / columns);
        int top = row * size.Height / rows;
        int bottom = Math.Max(top + 1, (row + 1) * size.Height / rows);
        float sum = 0;
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
                sum += Pixels[(y * size.Width) + x];
        }

        return sum / ((right - left) * (bottom - top));
    }
}

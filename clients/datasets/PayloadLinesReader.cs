using VectorStore.Datasets.Formats;
using VectorStore.Engine;

namespace VectorStore.Datasets;

/// <summary>Reads payloads, one JSON object per line, that belong to the rows of a vector file.</summary>
public sealed class PayloadLinesReader : IDisposable
{
    private readonly LineReader _lines;

    private PayloadLinesReader(LineReader lines) => _lines = lines;

    /// <summary>Path of the file.</summary>
    public string File => _lines.File;

    /// <summary>Opens a file, compressed with gzip or not.</summary>
    public static PayloadLinesReader Open(string path) => new(LineReader.Open(path));

    /// <summary>The next payload; false at the end.</summary>
    /// <exception cref="DatasetFormatException">The line is not a JSON object that can be a payload.</exception>
    public bool TryRead(out Payload payload)
    {
        if (!_lines.TryRead(out var line))
        {
            payload = null!;
            return false;
        }

        try
        {
            payload = Payload.FromUtf8Json(line.Span);
            return true;
        }
        catch (InvalidRequestException exception)
        {
            throw new DatasetFormatException(File, _lines.LineOffsetBytes, $"row {_lines.LinesRead - 1}: {exception.Message}", exception);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _lines.Dispose();
}

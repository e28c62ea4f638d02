using System.Text;
using Spectre.Console;

namespace VectorStore.Cli.Output;

/// <summary>Draws pictures side by side: two grey pixels per character cell on a terminal, one character per cell elsewhere.</summary>
/// <remarks>A cell is twice as high as it is wide, so both ways give square pixels.</remarks>
internal static class PictureStrip
{
    private const string Ramp = " .:-=+*#%@";
    private const int Gap = 2;
    private const int ColumnsMin = 14;

    /// <summary>Draws the pictures, made smaller where that fits them on one line, wrapped where they would become too small.</summary>
    public static void Draw(IAnsiConsole console, PictureSize size, IReadOnlyList<Picture> pictures)
    {
        int columns = Math.Min(size.Width, Math.Max(ColumnsMin, (console.Profile.Width / pictures.Count) - Gap));
        int rows = Math.Max(2, columns * size.Height / size.Width / 2 * 2);
        int perLine = Math.Max(1, console.Profile.Width / (columns + Gap));
        foreach (var line in pictures.Chunk(perLine))
            DrawLine(console, [.. line.Select(picture => picture.Resample(size, columns, rows))], [.. line.Select(picture => picture.Caption)], columns);
    }

    private static void DrawLine(IAnsiConsole console, float[][,] pictures, string[] captions, int columns)
    {
        bool isTerminal = console.Profile.Capabilities.Ansi && console.Profile.Capabilities.ColorSystem >= ColorSystem.EightBit;
        for (int row = 0; row < pictures[0].GetLength(0); row += 2)
        {
            var line = new Paragraph();
            var text = new StringBuilder();
            foreach (float[,] picture in pictures)
            {
                for (int column = 0; column < columns; column++)
                {
                    if (isTerminal)
                        line.Append("▀", new Style(Grey(picture[row, column]), Grey(picture[row + 1, column])));
                    else
                        text.Append(Character((picture[row, column] + picture[row + 1, column]) / 2));
                }

                line.Append(new string(' ', Gap));
                text.Append(' ', Gap);
            }

            console.Write(isTerminal ? line : new Paragraph(text.ToString().TrimEnd()));
            console.WriteLine();
        }

        console.WriteLine(string.Concat(captions.Select(caption => Fit(caption, columns).PadRight(columns + Gap))).TrimEnd());
        console.WriteLine();
    }

    private static Color Grey(float brightness)
    {
        byte level = (byte)Math.Clamp(brightness * 255, 0, 255);
        return new Color(level, level, level);
    }

    private static char Character(float brightness) => Ramp[(int)Math.Clamp(brightness * Ramp.Length, 0, Ramp.Length - 1)];

    private static string Fit(string caption, int columns) => caption.Length <= columns ? caption : caption[..(columns - 1)] + "…";
}

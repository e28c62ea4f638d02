namespace VectorStore.Cli.Output;

/// <summary>Size of a picture whose pixels are a vector, row after row.</summary>
internal readonly record struct PictureSize(int Width, int Height)
{
    private const int SideMax = 512;

    /// <summary>Reads <c>28x28</c>, and checks it against the vector's dimension.</summary>
    public static PictureSize Parse(string text, int dimension)
    {
        string[] sides = text.Split('x');
        if (sides.Length != 2 || !int.TryParse(sides[0], out int width) || !int.TryParse(sides[1], out int height)
            || width is < 1 or > SideMax || height is < 1 or > SideMax)
            throw CliException.BadInput($"--show-image: expected WIDTHxHEIGHT such as 28x28, got '{text}'", "show-image");

        if (width * height != dimension)
            throw CliException.BadInput($"--show-image: expected a size of {dimension} pixels, got {width}x{height}, which are {width * height}", "show-image");

        return new PictureSize(width, height);
    }
}

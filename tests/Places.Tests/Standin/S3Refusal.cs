namespace VectorStore.Places.Tests.Standin;

/// <summary>An answer that says no.</summary>
internal sealed class S3Refusal(int status, string code) : Exception
{
    public int Status => status;

    public string Code => code;
}
